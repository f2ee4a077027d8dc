/**
 * How many orders an engine takes at a time. An engine that is much slower than the others would keep orders that they
 * could have written long ago, so it takes fewer.
 */

/** Weight of a new poem in the moving mean. */
const WEIGHT = 0.1;
/** An engine whose poems take this many times as long as those of the fastest one takes fewer at a time. */
const TOO_SLOW = 3;

export class Pace {
  readonly #most: number;
  readonly #aloneMs: number;
  #limit: number;
  #meanRunMs: number | null = null;

  /** `most` orders fit the batch. `aloneMs` is how long a poem takes that is written alone. */
  constructor(most: number, aloneMs: number) {
    this.#most = most;
    this.#aloneMs = aloneMs;
    this.#limit = most;
  }

  get meanRunMs(): number | null {
    return this.#meanRunMs;
  }

  add(ranMs: number): void {
    this.#meanRunMs = this.#meanRunMs === null ? ranMs : (1 - WEIGHT) * this.#meanRunMs + WEIGHT * ranMs;
  }

  /**
   * The orders to take at a time from now on. `others` are the other engines. The limit rises by one a call and is halved
   * if the poems take too long; it is never more than the ratio of the speeds allows.
   */
  places(others: readonly { readonly aloneMs: number; readonly meanRunMs: number | null }[]): number {
    const fastest = Math.min(this.#aloneMs, ...others.map(({ aloneMs }) => aloneMs));
    const ratio = fastest / this.#aloneMs;
    const bySpeed = ratio > 1 / TOO_SLOW ? this.#most : Math.max(1, Math.round(this.#most * ratio));
    const shortest = Math.min(...others.map(({ meanRunMs }) => meanRunMs ?? Number.POSITIVE_INFINITY));
    const slow = this.#meanRunMs !== null && this.#meanRunMs > TOO_SLOW * shortest;
    this.#limit = slow ? Math.max(1, Math.floor(this.#limit / 2)) : Math.min(this.#most, this.#limit + 1);
    return Math.min(this.#limit, bySpeed);
  }
}
