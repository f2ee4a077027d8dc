/** Recipes: named training configurations, as data. */

import type { Architecture } from '../model/architecture.ts';
import type { PromptShares } from './dataset.ts';
import type { Precision } from './network/ops.ts';
import type { OptimizerSettings } from './network/optimizer.ts';
import type { Schedule } from './schedule.ts';

export interface Recipe extends PromptShares {
  readonly name: string;
  /** All but the vocabulary's size, which the corpus decides. */
  readonly architecture: Omit<Architecture, 'vocabulary'>;
  /** A hanzi that occurs less often in the training split is unknown. */
  readonly minimumCount: number;
  readonly optimizer: OptimizerSettings;
  readonly schedule: Schedule;
  /** The largest global norm that a step's gradients may have. */
  readonly clipNorm: number;
  readonly dropout: number;
  readonly batchRows: number;
  readonly epochs: number;
  /** Passes over the Song poems before the first one over the corpus, as one run; null where there are none. */
  readonly pretraining: { readonly epochs: number; readonly dropout: number } | null;
  readonly seed: number;
  /** What the products over all steps of a batch are computed in, where the engine has it; float32 elsewhere. */
  readonly precision: Precision;
  /** How weights are stored on disk. */
  readonly stored: 'float32' | 'float16';
}

const adam = { kind: 'adam', beta1: 0.9, beta2: 0.98, epsilon: 1e-8 } as const;
/** Adam as the report's notebook had it: the defaults of Keras. */
const keras = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** What the report's recipes share; docs/experiments.md compares them. */
const study = {
  minimumCount: 7,
  clipNorm: 1,
  dropout: 0,
  batchRows: 64,
  epochs: 20,
  pretraining: null,
  titleShare: 0,
  announcedShare: 0,
  seed: 1,
  precision: 'float32',
  stored: 'float16',
} as const;

export const RECIPES: { readonly [name: string]: Recipe } = {
  /**
   * The PyTorch program of the report: embedding 100, two LSTM layers of 128, RMSprop at 0.01, clipping. Its
   * batches are shuffled here, and no ReLU stands before the log-softmax.
   */
  report: {
    ...study,
    name: 'report',
    architecture: { cell: 'lstm', embedding: 100, hidden: 128, layers: 2, tied: false },
    optimizer: { kind: 'rmsprop', decay: 0.99, epsilon: 1e-8 },
    schedule: { peak: 1e-2, warmupSteps: 100, decayShare: 0.3 },
  },
  /** The TensorFlow notebook of the report: one SimpleRNN layer of 128, Adam, the loss masked by length. */
  'report-rnn': {
    ...study,
    name: 'report-rnn',
    architecture: { cell: 'rnn', embedding: 100, hidden: 128, layers: 1, tied: false },
    optimizer: keras,
    schedule: { peak: 2e-3, warmupSteps: 100, decayShare: 0.3 },
  },
  /** The notebook's network with nothing changed but the cell. */
  'report-gru': {
    ...study,
    name: 'report-gru',
    architecture: { cell: 'gru', embedding: 100, hidden: 128, layers: 1, tied: false },
    optimizer: keras,
    schedule: { peak: 2e-3, warmupSteps: 100, decayShare: 0.3 },
  },
  /**
   * The one that is served. Song poets wrote five times as much as is left of Tang, in the same forms: their verse
   * teaches the language, and Tang verse, which comes last, how Tang poets use it.
   */
  tang: {
    name: 'tang',
    architecture: { cell: 'lstm', embedding: 320, hidden: 768, layers: 2, tied: true },
    minimumCount: 7,
    optimizer: adam,
    schedule: { peak: 2e-3, warmupSteps: 200, decayShare: 0.45 },
    clipNorm: 1,
    dropout: 0.3,
    batchRows: 128,
    epochs: 12,
    pretraining: { epochs: 3, dropout: 0.15 },
    titleShare: 0.7,
    announcedShare: 0.35,
    seed: 1,
    precision: 'bfloat16',
    stored: 'float16',
  },
};
