/**
 * A circuit breaker for engine crashes. It opens after too many crashes within a time window. After a rest one more start
 * is tried: success closes the breaker, a crash opens it again at once.
 */

export interface BreakerOptions {
  /** Crashes within `windowMs` that open the breaker for `restMs`. */
  readonly crashes: number;
  readonly windowMs: number;
  readonly restMs: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
}

export class Breaker {
  readonly #options: BreakerOptions;
  #crashes: number[] = [];
  #openUntil: number | null = null;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** Milliseconds until the next start; null while closed. */
  get retryMs(): number | null {
    return this.#openUntil === null ? null : Math.max(0, this.#openUntil - this.#options.now());
  }

  get open(): boolean {
    return this.#openUntil !== null;
  }

  /** Records a crash. Returns whether the breaker is open now. */
  crashed(): boolean {
    const { crashes, windowMs, restMs, now } = this.#options;
    const time = now();
    this.#crashes = this.#crashes.filter((at) => time - at < windowMs);
    this.#crashes.push(time);
    if (this.open || this.#crashes.length >= crashes) this.#openUntil = time + restMs;
    return this.open;
  }

  /** Records that the start after a rest succeeded. */
  recovered(): void {
    if (!this.open) return;
    this.#openUntil = null;
    this.#crashes = [];
  }
}
