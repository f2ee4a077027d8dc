/** Scores on held-out poems, of the network and of the trigram that it is compared with. */

import type { Architecture } from '../model/architecture.ts';
import type { HeldOutScores } from '../model/card.ts';
import { fromHalf, toHalf } from '../model/half.ts';
import { FIRST_HANZI, UNK } from '../model/vocabulary.ts';
import type { Batch } from './batch.ts';
import type { Dataset } from './dataset.ts';
import { openForScoring } from './network/open-network.ts';
import type { TrainableNetwork } from './network/trainable-network.ts';
import { Trigram } from './trigram.ts';

/** Sums the NLL of predictions, of all tokens and of hanzi. Unknown hanzi count as hanzi; marks and ends do not. */
export class ScoreSum {
  #tokens = 0;
  #nll = 0;
  #hanzi = 0;
  #hanziNll = 0;
  #unknown = 0;

  /** Adds one prediction: `target` is the id that was to be predicted, `nll` its NLL in nats. */
  add(target: number, nll: number): void {
    this.#tokens++;
    this.#nll += nll;
    if (target !== UNK && target < FIRST_HANZI) return;
    this.#hanzi++;
    this.#hanziNll += nll;
    if (target === UNK) this.#unknown++;
  }

  /** Throws a RangeError if no hanzi were added. */
  scores(): HeldOutScores {
    if (this.#hanzi === 0) throw new RangeError('there are no poems to score');
    return {
      tokens: this.#tokens,
      nll: this.#nll / this.#tokens,
      hanziPerplexity: Math.exp(this.#hanziNll / this.#hanzi),
      unknownShare: this.#unknown / this.#hanzi,
    };
  }
}

/** Scores of a network. */
export async function scoreBatches(
  network: Pick<TrainableNetwork, 'negativeLogLikelihoods'>,
  batches: Iterable<Batch>,
): Promise<HeldOutScores> {
  const sum = new ScoreSum();
  for (const batch of batches) {
    const losses = await network.negativeLogLikelihoods(batch);
    for (const [i, target] of batch.targets.entries()) {
      const nll = losses[i];
      if (nll === undefined) throw new RangeError(`prediction ${i} of a batch has no loss`);
      sum.add(target, nll);
    }
  }
  return sum.scores();
}

/** Scores of float32 weights after rounding to the type in which a checkpoint stores them. */
export async function scoreStored(
  architecture: Architecture,
  parameters: ReadonlyMap<string, Float32Array>,
  type: 'float32' | 'float16',
  batches: Iterable<Batch>,
): Promise<HeldOutScores> {
  const stored = new Map<string, Float32Array>();
  for (const [name, values] of parameters) {
    stored.set(name, type === 'float16' ? fromHalf(toHalf(values)) : values);
  }
  const network = openForScoring(architecture, stored);
  try {
    return await scoreBatches(network, batches);
  } finally {
    network.dispose();
  }
}

/** Test scores of an interpolated Kneser-Ney trigram that was trained on the training split. */
export function scoreTrigram(dataset: Dataset): HeldOutScores {
  const training = [...dataset.sequences('train')].map(({ tokens }) => tokens);
  const trigram = Trigram.train(training, dataset.vocabulary.size);
  const sum = new ScoreSum();
  for (const { tokens, prefix } of dataset.sequences('test')) {
    const ids = Array.from(tokens);
    for (const [i, token] of ids.entries()) {
      const [before, last] = [ids[i - 2], ids[i - 1]];
      if (i < prefix || before === undefined || last === undefined) continue;
      sum.add(token, -trigram.logProbability(before, last, token));
    }
  }
  return sum.scores();
}
