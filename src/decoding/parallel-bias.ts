/**
 * Lets draws prefer characters that stand opposite the one in the line before: their logits are raised by the score of
 * the pair (text-index/parallel-pairs.ts). The kernels take a number for each token off its logit, times a factor, which
 * is how specificity works; so no kernel knows of couplets.
 */

import type { KernelMemory, Pointer } from '../kernels/memory.ts';
import { FIRST_HANZI, type Vocabulary } from '../model/vocabulary.ts';
import type { ParallelPairs } from '../text-index/parallel-pairs.ts';
import { MOST_SCORE } from './parallelism.ts';

/** How much a nat of the pair's score, up to {@link MOST_SCORE}, adds to a logit. */
export const PARALLEL_WEIGHT = 0.8;

/** How many vectors are kept from one tick to the next: 20 kB each. */
const MAX_KEPT = 64;

export class ParallelBias {
  readonly #memory: KernelMemory;
  readonly #vocabulary: Vocabulary;
  readonly #parallels: ParallelPairs;
  readonly #logFrequencies: Float32Array;
  readonly #kept = new Map<string, Pointer>();
  /** Room for a vector each, used again when the kept ones are forgotten. */
  readonly #places: Pointer[] = [];

  constructor(memory: KernelMemory, vocabulary: Vocabulary, parallels: ParallelPairs) {
    this.#memory = memory;
    this.#vocabulary = vocabulary;
    this.#parallels = parallels;
    this.#logFrequencies = vocabulary.logFrequencies();
  }

  /** Forgets the vectors if there are too many. No draw may be using them. */
  trim(): void {
    if (this.#kept.size > MAX_KEPT) this.#kept.clear();
  }

  /** [V]: what is taken off the logits opposite this character, with the specificity of the sampling. */
  opposite(char: string, specificity: number): Pointer {
    const key = `${specificity} ${char}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const { size, hanzi } = this.#vocabulary;
    const number = this.#kept.size;
    const place = this.#places[number] ?? this.#memory.alloc(size);
    this.#places[number] = place;
    this.#kept.set(key, place);
    const scores = this.#parallels.scores(char, hanzi);
    const values = this.#memory.floats(place, size);
    for (const [i, score] of scores.entries()) {
      const id = FIRST_HANZI + i;
      values[id] =
        specificity * (this.#logFrequencies[id] ?? 0) - PARALLEL_WEIGHT * Math.min(MOST_SCORE, score);
    }
    return place;
  }
}
