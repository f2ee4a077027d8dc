/**
 * A circuit breaker for engine crashes. It opens after too many crashes within a time window. After a rest one more start
 * is tried: success closes the breaker, a crash opens it again at once.
 *
 * A crash that an order caused is not counted, because one user could then stop the service for all. But if the orders of
 * several users end the engine and no poem is written in between, the engine itself is faulty, and the breaker opens.
 */

export interface BreakerOptions {
  /** Crashes within `windowMs`, or users whose orders crash the engine, that open the breaker for `restMs`. */
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
  /** Users whose orders ended the engine since the last poem. */
  readonly #users = new Set<string>();

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

  /** Records that an order of this user ended the engine. Returns whether the breaker is open now. */
  crashedBy(user: string): boolean {
    const { crashes, restMs, now } = this.#options;
    this.#users.add(user);
    if (this.open || this.#users.size >= crashes) this.#openUntil = now() + restMs;
    return this.open;
  }

  /** Records that a poem was written. */
  worked(): void {
    this.#users.clear();
  }

  /** Records that the start after a rest succeeded. */
  recovered(): void {
    if (!this.open) return;
    this.#openUntil = null;
    this.#crashes = [];
    this.#users.clear();
  }
}
