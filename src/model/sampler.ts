/**
 * Drawing a character from logits: temperature and nucleus (Holtzman et al. 2020) over the candidates of a slot,
 * from the row's own seeded generator. What is likely everywhere is held back, so that what
 * belongs just here comes forward (the mutual-information objective of Li et al. 2016).
 *
 * A draw must stay well below the cost of the product that made the logits, so it is done in WebAssembly and nothing
 * is sorted: a candidate is drawn from all of them, and drawn again among the likelier ones while it is not of the
 * nucleus.
 */

import type { Mood } from '../poetry/request.ts';
import { Kernels, type Place } from './kernels/kernels.ts';
import type { Random } from './random.ts';

export interface Sampling {
  /** Divides the logits; 0 takes the likeliest. */
  readonly temperature: number;
  /** The likeliest candidates that have so much probability together are drawn from; in (0, 1]. */
  readonly nucleus: number;
  /** So much of a character's log-frequency is taken off its logit; 0 takes the logits as they are. */
  readonly specificity?: number;
}

export const SAMPLING: { readonly [mood in Mood]: Sampling } = {
  calm: { temperature: 0.7, nucleus: 0.85, specificity: 0.25 },
  free: { temperature: 0.93, nucleus: 0.955, specificity: 0.42 },
  wild: { temperature: 1.05, nucleus: 0.97, specificity: 0.4 },
  greedy: { temperature: 0, nucleus: 1, specificity: 0 },
};

/** Draws with working memory of its own; one serves all rows of a thread. */
export class Sampler {
  readonly #kernels: Kernels;
  readonly #size: number;
  /** The vocabulary's log-frequencies [V]; 0 where there are none. */
  readonly #common: Place;
  /** Working memory for V numbers each. */
  readonly #ids: Place;
  readonly #weights: Place;
  readonly #copy: Place;

  /**
   * `size` is the vocabulary's, V. `logFrequencies` [V] are by id; without them there is no specificity. Logits that
   * stand in the memory of `kernels` are drawn from in place.
   */
  constructor(size: number, logFrequencies: Float32Array | null = null, kernels = new Kernels()) {
    this.#kernels = kernels;
    this.#size = size;
    this.#common = logFrequencies ? kernels.reserve(size) : 0;
    // The kernels work on four numbers at a time.
    const room = Math.ceil(size / 4) * 4;
    this.#ids = kernels.reserve(room);
    this.#weights = kernels.reserve(room);
    this.#copy = kernels.reserve(room);
    if (logFrequencies) kernels.floats(this.#common, size).set(logFrequencies.subarray(0, size));
  }

  /**
   * The logarithm of Σ e^logit over a row's `length` logits from `at`: what turns a logit into the model's own
   * log-likelihood. NaN or infinite logits give NaN.
   */
  logSumExp(logits: Float32Array, at: number, length: number): number {
    return this.#kernels.run.logSumExp(this.#placeOf(logits, at), length);
  }

  /**
   * One of `ids`, or −1 where every candidate's logit is −Infinity (banned) or there is none. `logits` are a
   * row's, beginning at `at`, indexed by id. With temperature 0 nothing is taken from `random`.
   */
  draw(logits: Float32Array, at: number, ids: Int32Array, sampling: Sampling, random: Random): number {
    const { run } = this.#kernels;
    const { temperature, nucleus, specificity = 0 } = sampling;
    this.#kernels.integers(this.#ids, ids.length).set(ids);
    const held = this.#common === 0 ? 0 : specificity;
    const place = this.#placeOf(logits, at);
    let drawn = run.weigh(place, this.#ids, ids.length, this.#common, held, temperature, this.#weights);
    if (drawn < 0) return -1;
    if (temperature === 0) return ids[drawn] as number;
    do drawn = run.propose(ids.length, this.#weights, nucleus, random.uniform());
    while (drawn < 0);
    return ids[drawn] as number;
  }

  /** Where the logits from `at` stand in the kernels' memory; a row that stands elsewhere is copied there. */
  #placeOf(logits: Float32Array, at: number): Place {
    const place = this.#kernels.placeOf(logits);
    if (place !== null) return place + 4 * at;
    const row = logits.subarray(at, at + this.#size);
    this.#kernels.floats(this.#copy, row.length).set(row);
    return this.#copy;
  }
}
