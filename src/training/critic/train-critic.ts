/**
 * Trains a critic: Adam with a linear fall of the rate, dropout, and the area under the ROC curve on examples that
 * were held out.
 */

import * as tf from '@tensorflow/tfjs-core';
import { type CriticArchitecture, criticShapes } from '../../model/critic.ts';
import { Random } from '../../model/random.ts';
import { emptySlots, globalNorm, update } from '../network/optimizer.ts';
import { areaUnderCurve } from './auc.ts';
import { criticLogits, criticLossAndGradients, initialCritic } from './critic-network.ts';
import { type CriticExample, coupletEnds, criticBatches } from './examples.ts';

export interface CriticSettings {
  readonly hidden: number;
  readonly epochs: number;
  readonly batchRows: number;
  readonly learningRate: number;
  readonly dropout: number;
  readonly seed: number;
}

export const CRITIC_SETTINGS: CriticSettings = {
  hidden: 160,
  epochs: 6,
  batchRows: 64,
  learningRate: 1e-3,
  dropout: 0.3,
  seed: 1,
};

const OPTIMIZER = { kind: 'adam', beta1: 0.9, beta2: 0.99, epsilon: 1e-8 } as const;
const CLIP_NORM = 1;

export interface CriticScores {
  /** On whole poems. */
  readonly auc: number;
  /** On first couplets alone. */
  readonly firstCoupletAuc: number;
  readonly examples: number;
}

export interface CriticResult {
  readonly architecture: CriticArchitecture;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly heldOut: CriticScores;
}

/** `embedding` [V, E] is the poet's. `onEpoch` is told the mean loss in nats and the held-out scores. */
export async function trainCritic(
  { embedding, vocabulary }: { readonly embedding: Float32Array; readonly vocabulary: number },
  examples: { readonly train: readonly CriticExample[]; readonly heldOut: readonly CriticExample[] },
  settings: CriticSettings,
  onEpoch: (epoch: number, loss: number, scores: CriticScores) => void,
): Promise<CriticResult> {
  const { hidden, epochs, batchRows, seed } = settings;
  const architecture: CriticArchitecture = { vocabulary, embedding: embedding.length / vocabulary, hidden };
  const random = new Random(seed);
  const table = tf.tensor2d(embedding, [vocabulary, architecture.embedding]);
  const initial = initialCritic(architecture, seed);
  const own: Record<string, tf.Tensor> = {};
  for (const [name, shape] of criticShapes(architecture)) {
    own[name] = tf.tensor(initial.get(name) as Float32Array, [...shape]);
  }
  const slots = emptySlots(OPTIMIZER, own);
  const parameters = () => ({ ...own, embedding: table });
  const steps = epochs * [...criticBatches(examples.train, batchRows, new Random(seed))].length;
  let step = 0;
  let heldOut: CriticScores | null = null;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let loss = 0;
    let seen = 0;
    for (const batch of criticBatches(examples.train, batchRows, random)) {
      step++;
      const result = await criticLossAndGradients(
        architecture,
        parameters(),
        batch,
        settings.dropout,
        seed + 2 * step,
      );
      const norm = await globalNorm(result.gradients);
      // The number of batches differs a little between epochs.
      const learningRate = settings.learningRate * Math.max(0.01, 1 - step / steps);
      update(OPTIMIZER, own, slots, result.gradients, {
        learningRate,
        scale: norm > CLIP_NORM ? CLIP_NORM / norm : 1,
        step,
      });
      tf.dispose(result.gradients);
      loss += result.loss * batch.sequences.length;
      seen += batch.sequences.length;
    }
    heldOut = await scoreCritic(architecture, parameters(), examples.heldOut);
    onEpoch(epoch, loss / seen, heldOut);
  }
  if (!heldOut) throw new RangeError('a critic needs an epoch at least');
  const trained = new Map<string, Float32Array>();
  for (const [name, tensor] of Object.entries(own)) trained.set(name, (await tensor.data()) as Float32Array);
  tf.dispose([table, own, slots]);
  return { architecture, parameters: trained, heldOut };
}

/** The scores on examples that were not trained on. */
export async function scoreCritic(
  architecture: CriticArchitecture,
  parameters: Record<string, tf.Tensor>,
  examples: readonly CriticExample[],
): Promise<CriticScores> {
  const aucOf = async (cut: (example: CriticExample) => readonly number[]) => {
    const logits = await logitsByLength(architecture, parameters, examples.map(cut));
    const of = (label: 0 | 1) => logits.filter((_, i) => examples[i]?.label === label);
    return areaUnderCurve(of(1), of(0));
  };
  return {
    auc: await aucOf(({ tokens }) => tokens),
    firstCoupletAuc: await aucOf((example) => example.tokens.slice(0, coupletEnds(example)[0])),
    examples: examples.length,
  };
}

const SCORING_ROWS = 256;

/** The logits of sequences of any lengths, in their order. */
async function logitsByLength(
  architecture: CriticArchitecture,
  parameters: Record<string, tf.Tensor>,
  sequences: readonly (readonly number[])[],
): Promise<number[]> {
  const logits = new Array<number>(sequences.length).fill(0);
  const byLength = new Map<number, number[]>();
  for (const [i, { length }] of sequences.entries())
    byLength.set(length, [...(byLength.get(length) ?? []), i]);
  for (const indices of byLength.values()) {
    for (let from = 0; from < indices.length; from += SCORING_ROWS) {
      const part = indices.slice(from, from + SCORING_ROWS);
      const values = await criticLogits(
        architecture,
        parameters,
        part.map((i) => sequences[i] ?? []),
      );
      for (const [n, i] of part.entries()) logits[i] = values[n] ?? Number.NaN;
    }
  }
  return logits;
}
