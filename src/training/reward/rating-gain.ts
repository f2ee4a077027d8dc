/**
 * How much of what weights learned from ratings holds for poems that they have not learned from.
 *
 * For each line of such poems there are two numbers: its advantage with readers, and how much likelier the weights made it.
 * Their mean product is what an average line gains if the poet writes by the new weights, to first order. Of lines that were
 * learned from the same figure is ten to twenty times as great, because the weights know these lines by heart.
 */

import type { Vocabulary } from '../../model/vocabulary.ts';
import { batchesByLength, makeBatch } from '../batch.ts';
import type { TrainableNetwork } from '../network/trainable-network.ts';
import { advantages } from './advantages.ts';
import { poemSequence } from './poem-sequence.ts';
import type { RatedPoem } from './ratings.ts';

const BATCH_ROWS = 128;

export interface RatingGain {
  /** The mean product of advantage and change of log-likelihood, in points times nats a line. */
  readonly gain: number;
  /** The correlation of the two, both about 0, from -1 to 1. */
  readonly correlation: number;
  /** The root of the mean square of the changes, in nats a line. */
  readonly change: number;
}

/** The log-likelihood of each line of each poem, in nats, without what was asked for. */
export async function lineLogLikelihoods(
  network: Pick<TrainableNetwork, 'negativeLogLikelihoods'>,
  poems: readonly RatedPoem[],
  vocabulary: Vocabulary,
): Promise<number[][]> {
  const sequences = poems.map((poem, i) => ({ ...poemSequence(poem, vocabulary), poem: i }));
  const sums = poems.map(({ lines }) => lines.map(() => 0));
  for (const part of batchesByLength(sequences, BATCH_ROWS, sequences.length)) {
    const nlls = await network.negativeLogLikelihoods(makeBatch(part));
    let n = 0;
    for (const { lineOf, poem } of part) {
      const own = sums[poem] ?? [];
      for (const [t, line] of lineOf.entries()) {
        if (line >= 0) own[line] = (own[line] ?? 0) - (nlls[n + t] ?? 0);
      }
      n += lineOf.length;
    }
  }
  return sums;
}

/** `before` and `after` are from {@link lineLogLikelihoods}, for the same poems. */
export function ratingGain(
  poems: readonly RatedPoem[],
  before: readonly (readonly number[])[],
  after: readonly (readonly number[])[],
): RatingGain {
  const wanted = advantages(poems).flat();
  const were = before.flat();
  const changes = after.flat().map((now, i) => now - (were[i] ?? 0));
  const meanProduct = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0) / Math.max(1, a.length);
  const gain = meanProduct(wanted, changes);
  const change = Math.sqrt(meanProduct(changes, changes));
  const scale = Math.sqrt(meanProduct(wanted, wanted)) * change;
  return { gain, correlation: scale > 0 ? gain / scale : 0, change };
}
