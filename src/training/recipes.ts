/** Recipes: the named training configurations. */

import type { Architecture } from '../model/architecture.ts';
import type { PromptShares } from './dataset.ts';
import type { Precision } from './network/ops.ts';
import type { OptimizerSettings } from './network/optimizer.ts';
import type { RatedSettings } from './reward/rated-dataset.ts';
import { ROUND_RATINGS_PATHS } from './reward/ratings.ts';
import type { Schedule } from './schedule.ts';

export interface Recipe extends PromptShares {
  readonly name: string;
  /** Without the size of the vocabulary, which depends on the corpus. */
  readonly architecture: Omit<Architecture, 'vocabulary'>;
  /** A hanzi that occurs less often in the training split becomes the token for unknown characters. */
  readonly minimumCount: number;
  readonly optimizer: OptimizerSettings;
  readonly schedule: Schedule;
  /** Gradients with a larger global norm are scaled down to it. */
  readonly clipNorm: number;
  /** From 0 to 1. */
  readonly dropout: number;
  readonly batchRows: number;
  /** Passes over the corpus, or over the ratings if there are any; fractions are allowed. */
  readonly epochs: number;
  /** The first stage of the same run: passes over the Song poems. Null: there is no such stage. */
  readonly pretraining: {
    readonly epochs: number;
    readonly dropout: number;
    /** That of the recipe, if it is not given. */
    readonly batchRows?: number;
  } | null;
  /** How the run learns from readers' ratings of poems. Null: it learns from the corpus alone. */
  readonly ratings: RatedSettings | null;
  /** The checkpoint whose weights the run begins with, of the same sizes and vocabulary. Null: random weights. */
  readonly initialCheckpoint: string | null;
  readonly seed: number;
  /** The number type of large matrix products, on engines that have it. Other engines use float32. */
  readonly precision: Precision;
  /** The number type of the weights on disk. */
  readonly stored: 'float32' | 'float16';
}

const adam = { kind: 'adam', beta1: 0.9, beta2: 0.98, epsilon: 1e-8 } as const;
/** Adam as in the report's notebook: the defaults of Keras. */
const keras = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/** What the recipes of the student report share. docs/experiments.md compares them. */
const study = {
  minimumCount: 7,
  clipNorm: 1,
  dropout: 0,
  batchRows: 64,
  epochs: 20,
  pretraining: null,
  ratings: null,
  initialCheckpoint: null,
  titleShare: 0,
  announcedShare: 0,
  seed: 1,
  precision: 'float32',
  stored: 'float16',
} as const;

/**
 * The checkpoint that is served. There are five times as many Song poems as Tang poems, in the same forms. The network
 * learns the language from them first, and then the style of Tang poets from Tang poems.
 */
const tang: Recipe = {
  name: 'tang',
  architecture: { cell: 'lstm', embedding: 320, hidden: 768, layers: 2, tied: true },
  minimumCount: 7,
  optimizer: adam,
  schedule: { peak: 2e-3, warmupSteps: 200, decayShare: 0.45 },
  clipNorm: 1,
  dropout: 0.3,
  batchRows: 128,
  epochs: 5.8,
  // Early on, the loss depends on the number of updates and not on the size of the batches.
  pretraining: { epochs: 1.4, dropout: 0.1, batchRows: 64 },
  ratings: null,
  initialCheckpoint: null,
  titleShare: 0.7,
  announcedShare: 0.35,
  seed: 1,
  precision: 'bfloat16',
  stored: 'float16',
};

export const RECIPES: { readonly [name: string]: Recipe } = {
  /**
   * The PyTorch program of the report: embedding 100, two LSTM layers of 128, RMSprop at 0.01, clipping. Unlike there,
   * batches are shuffled and there is no ReLU before the log-softmax.
   */
  report: {
    ...study,
    name: 'report',
    architecture: { cell: 'lstm', embedding: 100, hidden: 128, layers: 2, tied: false },
    optimizer: { kind: 'rmsprop', decay: 0.99, epsilon: 1e-8 },
    schedule: { peak: 1e-2, warmupSteps: 100, decayShare: 0.3 },
  },
  /** The TensorFlow notebook of the report: one SimpleRNN layer of 128, Adam, padding excluded from the loss. */
  'report-rnn': {
    ...study,
    name: 'report-rnn',
    architecture: { cell: 'rnn', embedding: 100, hidden: 128, layers: 1, tied: false },
    optimizer: keras,
    schedule: { peak: 2e-3, warmupSteps: 100, decayShare: 0.3 },
  },
  /** The notebook's network with another cell. */
  'report-gru': {
    ...study,
    name: 'report-gru',
    architecture: { cell: 'gru', embedding: 100, hidden: 128, layers: 1, tied: false },
    optimizer: keras,
    schedule: { peak: 2e-3, warmupSteps: 100, decayShare: 0.3 },
  },
  tang,
  /**
   * More passes for the served checkpoint, from its weights. The optimiser begins anew and at half the rate, so what was
   * learned is refined rather than undone.
   */
  'tang-continued': {
    ...tang,
    name: 'tang-continued',
    schedule: { peak: 1e-3, warmupSteps: 200, decayShare: 0.9 },
    // Poems that the weights have learned from score only a little better than others, so less dropout will do.
    dropout: 0.2,
    epochs: 4,
    pretraining: { epochs: 0.4, dropout: 0.1, batchRows: 64 },
    initialCheckpoint: 'tang',
    // Other batches than those of the runs before.
    seed: 8,
  },
  /** The weights in `checkpoints/tang` learn what readers like. docs/decisions/48 says what was served before and after. */
  'tang-rated': {
    ...tang,
    name: 'tang-rated',
    schedule: { peak: 4e-4, warmupSteps: 20, decayShare: 0.7 },
    // The change so far would be measured under dropout and its reference without it (docs/decisions/44).
    dropout: 0,
    batchRows: 64,
    epochs: 1,
    // The weights know the Song poems already; only the indexes are made of them again.
    pretraining: { epochs: 0, dropout: 0.1 },
    ratings: {
      files: ROUND_RATINGS_PATHS,
      batchRows: 96,
      beta: 0.07,
      corpusWeight: 0.5,
      overusePenalty: 0.5,
      excessPenalty: 0.3,
    },
    initialCheckpoint: 'tang',
    seed: 3,
  },
};
