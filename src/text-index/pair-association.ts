/**
 * How strongly two neighbouring characters belong together in the lines of the training corpus: their pointwise mutual
 * information (Church & Hanks 1990). A pair that poets write has a high one; two characters that only happen to stand
 * beside each other, for the sake of a rhyme for instance, have a low one.
 */

import type { LineIndex } from './line-index.ts';

/** Added to the count of a pair and to what chance makes of it, so that two rare characters that never met are no word. */
const SMOOTHING = 0.1;

export class PairAssociation {
  readonly #ranks: ReadonlyMap<string, number>;
  /** How often each character occurs, by rank. */
  readonly #occurrences: Uint32Array;
  readonly #total: number;
  /** The different pairs in rising order, each as (rank of the first character) · 2^16 + (rank of the second). */
  readonly #pairs: Uint32Array;
  readonly #counts: Uint32Array;

  constructor(index: LineIndex) {
    this.#ranks = index.ranks;
    this.#occurrences = new Uint32Array(index.ranks.size);
    const all = index.pairs(this.#occurrences);
    this.#total = this.#occurrences.reduce((sum, count) => sum + count, 0);
    all.sort();
    let distinct = 0;
    const counts = new Uint32Array(all.length);
    for (const pair of all) {
      if (distinct === 0 || all[distinct - 1] !== pair) all[distinct++] = pair;
      counts[distinct - 1] = (counts[distinct - 1] ?? 0) + 1;
    }
    this.#pairs = all.slice(0, distinct);
    this.#counts = counts.slice(0, distinct);
  }

  /** In nats; 0 if a character does not occur in the corpus. */
  of(first: string, second: string): number {
    const [a, b] = [this.#ranks.get(first), this.#ranks.get(second)];
    if (a === undefined || b === undefined) return 0;
    const expected = ((this.#occurrences[a] ?? 0) * (this.#occurrences[b] ?? 0)) / this.#total;
    return Math.log((this.#count(a * 0x10000 + b) + SMOOTHING) / (expected + SMOOTHING));
  }

  #count(pair: number): number {
    let [low, high] = [0, this.#pairs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#pairs[middle] ?? 0) < pair) low = middle + 1;
      else high = middle;
    }
    return this.#pairs[low] === pair ? (this.#counts[low] ?? 0) : 0;
  }
}
