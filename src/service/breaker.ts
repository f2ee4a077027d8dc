/**
 * A circuit breaker over the engine's crashes: too many within a window and it opens; after a rest it lets one
 * more attempt through, which closes it, or opens it again at once.
 */
export interface BreakerOptions {
  readonly crashes: number;
  readonly windowMs: number;
  readonly restMs: number;
  /** Milliseconds; monotonic. */
  readonly now: () => number;
}

export class Breaker {
  readonly #options: BreakerOptions;
  #crashes: number[] = [];
  #openUntil: number | null = null;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** Milliseconds until the next attempt; null while closed. */
  get retryMs(): number | null {
    return this.#openUntil === null ? null : Math.max(0, this.#openUntil - this.#options.now());
  }

  get open(): boolean {
    return this.#openUntil !== null;
  }

  /** Notes a crash; says whether the breaker is open now. */
  crashed(): boolean {
    const { crashes, windowMs, restMs, now } = this.#options;
    const time = now();
    this.#crashes = this.#crashes.filter((at) => time - at < windowMs);
    this.#crashes.push(time);
    if (this.open || this.#crashes.length >= crashes) this.#openUntil = time + restMs;
    return this.open;
  }

  /** Notes that the attempt after a rest went well. */
  recovered(): void {
    if (!this.open) return;
    this.#openUntil = null;
    this.#crashes = [];
  }
}
