/** Estimates how long an order waits in the queue, from the mean time of recent poems in the batch. */

/** Weight of a new poem in the moving mean. */
const WEIGHT = 0.1;

export class WaitEstimate {
  readonly #places: number;
  #meanMs = 0;

  /** `places` orders run at a time. */
  constructor(places: number) {
    this.#places = places;
  }

  /** Sets the mean from a first poem. */
  start(ranMs: number): void {
    this.#meanMs = ranMs;
  }

  add(ranMs: number): void {
    this.#meanMs = (1 - WEIGHT) * this.#meanMs + WEIGHT * ranMs;
  }

  /** Milliseconds for a place in the queue, where 1 is next. */
  of(place: number): number {
    return Math.ceil(Math.ceil(place / this.#places) * this.#meanMs);
  }
}
