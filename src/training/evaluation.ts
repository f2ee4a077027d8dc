/** Scores on held-out poems, in the units of the field, and the trigram beside them. */

import type * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../model/architecture.ts';
import type { HeldOutScores } from '../model/card.ts';
import { FIRST_HANZI, UNK } from '../model/vocabulary.ts';
import type { Batch } from './batch.ts';
import type { Dataset } from './dataset.ts';
import { negativeLogLikelihoods } from './network/backpropagation.ts';
import { Trigram } from './trigram.ts';

/** Adds up predictions; hanzi (unknown ones included) apart from marks and ends. */
export class Tally {
  #tokens = 0;
  #nll = 0;
  #hanzi = 0;
  #hanziNll = 0;
  #unknown = 0;

  /** Counts one prediction of the id `target` at `nll` nats. */
  add(target: number, nll: number): void {
    this.#tokens++;
    this.#nll += nll;
    if (target !== UNK && target < FIRST_HANZI) return;
    this.#hanzi++;
    this.#hanziNll += nll;
    if (target === UNK) this.#unknown++;
  }

  /** Throws a RangeError where nothing was counted. */
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

export async function scoreBatches(
  architecture: Architecture,
  parameters: Record<string, tf.Tensor>,
  batches: Iterable<Batch>,
): Promise<HeldOutScores> {
  const tally = new Tally();
  for (const batch of batches) {
    const nll = await negativeLogLikelihoods(architecture, parameters, batch);
    for (const [i, target] of batch.targets.entries()) tally.add(target, nll[i] as number);
  }
  return tally.scores();
}

/** The test scores of an interpolated Kneser-Ney trigram trained on the training split. */
export function scoreTrigram(dataset: Dataset): HeldOutScores {
  const trigram = Trigram.train(
    [...dataset.sequences('train')].map(({ tokens }) => tokens),
    dataset.vocabulary.size,
  );
  const tally = new Tally();
  for (const { tokens, prefix } of dataset.sequences('test')) {
    for (let i = prefix; i < tokens.length; i++) {
      const [before, last, token] = [tokens[i - 2], tokens[i - 1], tokens[i]] as [number, number, number];
      tally.add(token, -trigram.logProbability(before, last, token));
    }
  }
  return tally.scores();
}
