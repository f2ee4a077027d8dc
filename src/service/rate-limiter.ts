/**
 * Limits of one user or guild: poems per minute, poems at a time, and orders that wait for either.
 *
 * Bottleneck starts the orders in the order of arrival and limits how many run at a time. {@link MinuteWindow} counts
 * the poems of the minute: Bottleneck's reservoir can only be read asynchronously, but a refusal must be decided and
 * acted on in one step. The waiting orders are listed here, because Bottleneck cannot remove a job from its queue and
 * does not know a job's place in it.
 */

import { type Deferred, deferred } from './deferred.ts';
import { Unavailable } from './inference.ts';
import { type CountedPoem, MinuteWindow } from './minute-window.ts';
import { SteadyBottleneck } from './steady-bottleneck.ts';
import type { Permit } from './ticket.ts';

export interface RateLimits {
  /** Code of the refusal. */
  readonly code: 'user-busy' | 'guild-busy';
  readonly perMinute: number;
  /** Poems at a time; null if unlimited. */
  readonly running: number | null;
  /** Orders that wait. Further orders are refused. */
  readonly waiting: number;
}

interface Entry {
  readonly granted: Deferred<void>;
  readonly released: Deferred<void>;
  /** Null until the order is granted. */
  counted: CountedPoem | null;
}

export class RateLimiter {
  readonly #limits: RateLimits;
  readonly #bottleneck: SteadyBottleneck;
  readonly #minute: MinuteWindow;
  /** In order of arrival. */
  readonly #waiting = new Set<Entry>();

  /** `onIdle` is called at the end of a minute if nothing waits or runs. The limiter must not be used after that. */
  constructor(limits: RateLimits, onIdle: () => void) {
    this.#limits = limits;
    this.#bottleneck = new SteadyBottleneck(limits.running);
    this.#minute = new MinuteWindow(limits.perMinute, () => {
      const inUse = this.#bottleneck.size > 0;
      if (!inUse) onIdle();
      return inUse;
    });
  }

  /** Why an order that can wait for `patienceMs` milliseconds is refused now; null if it is not. */
  refusal(patienceMs: number): Unavailable | null {
    const delayMs = this.#minute.delayMs(this.#waiting.size);
    const canWait = this.#waiting.size < this.#limits.waiting + this.#free();
    if (delayMs <= patienceMs && canWait) return null;
    return new Unavailable(this.#limits.code, delayMs > 0 ? delayMs : null);
  }

  /** Orders that can start now, those included that have been granted nothing yet but wait for nothing. */
  #free(): number {
    const { running } = this.#limits;
    const places = running === null ? Number.POSITIVE_INFINITY : running - this.#bottleneck.running;
    return Math.max(0, Math.min(this.#minute.left, places));
  }

  /** Asks for one poem. The caller asks for the {@link refusal} before. */
  request(signal: AbortSignal): Permit {
    const entry: Entry = { granted: deferred(), released: deferred(), counted: null };
    this.#waiting.add(entry);
    const leave = () => {
      this.#waiting.delete(entry);
      entry.granted.reject(signal.reason);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    const run = async () => {
      await this.#grant(entry);
      signal.removeEventListener('abort', leave);
      if (entry.counted) await entry.released.promise;
    };
    this.#bottleneck.schedule(run, entry.granted.reject);
    return {
      granted: entry.granted.promise,
      wait: () => this.#waitOf(entry),
      release: (refund) => {
        if (refund && entry.counted) this.#minute.refund(entry.counted);
        entry.released.resolve();
      },
    };
  }

  /** Waits until the minute allows a poem, and counts it. Does nothing for an order that has left. */
  async #grant(entry: Entry): Promise<void> {
    while (this.#waiting.has(entry) && this.#minute.left <= 0) await this.#minute.change;
    if (!this.#waiting.delete(entry)) return;
    entry.counted = this.#minute.count();
    entry.granted.resolve();
  }

  #waitOf(entry: Entry): ReturnType<Permit['wait']> {
    if (!this.#waiting.has(entry)) return null;
    const delayMs = this.#minute.delayMs([...this.#waiting].indexOf(entry));
    // If the order only waits for running poems of the same user, the time is unknown.
    return { place: null, expectedMs: delayMs > 0 ? delayMs : null };
  }
}

/** A {@link RateLimiter} with the same limits for each key. An idle limiter is forgotten. */
export class RateLimiters {
  readonly #limits: RateLimits;
  readonly #byKey = new Map<string, RateLimiter>();

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  of(key: string): RateLimiter {
    const known = this.#byKey.get(key);
    if (known) return known;
    const limiter = new RateLimiter(this.#limits, () => this.#byKey.delete(key));
    this.#byKey.set(key, limiter);
    return limiter;
  }
}
