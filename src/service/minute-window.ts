/** Counts the poems of the current minute and lets orders wait for the next minute (a fixed-window rate limit). */

import { type Deferred, deferred } from './deferred.ts';

const MINUTE_MS = 60_000;

/** A poem that was counted, and the minute in which it was counted. */
export interface CountedPoem {
  readonly window: number;
}

export class MinuteWindow {
  readonly #perMinute: number;
  #window = 0;
  #count = 0;
  #endsAt = performance.now() + MINUTE_MS;
  /** Resolves when poems become available again. */
  #change: Deferred<void> = deferred();
  readonly #timer: NodeJS.Timeout;

  /** Allows `perMinute` poems in each minute. `onEnd` is called at the end of each minute and says whether to go on. */
  constructor(perMinute: number, onEnd: () => boolean) {
    this.#perMinute = perMinute;
    this.#timer = setInterval(() => {
      if (onEnd()) this.#next();
      else clearInterval(this.#timer);
    }, MINUTE_MS).unref();
  }

  /** Poems that may still start in this minute. */
  get left(): number {
    return this.#perMinute - this.#count;
  }

  /** Milliseconds until an order with `ahead` orders before it may start; 0 if that is in this minute. */
  delayMs(ahead: number): number {
    const minutes = Math.floor((this.#count + ahead) / this.#perMinute);
    if (minutes === 0) return 0;
    return Math.max(1, Math.ceil(this.#endsAt - performance.now() + (minutes - 1) * MINUTE_MS));
  }

  /** Resolves when `left` has risen. Several orders may wait; each must look at `left` again. */
  get change(): Promise<void> {
    return this.#change.promise;
  }

  count(): CountedPoem {
    this.#count++;
    return { window: this.#window };
  }

  /** Takes back a poem that came to nothing, if its minute has not ended. */
  refund({ window }: CountedPoem): void {
    if (window !== this.#window) return;
    this.#count--;
    this.#notify();
  }

  #next(): void {
    this.#window++;
    this.#count = 0;
    this.#endsAt = performance.now() + MINUTE_MS;
    this.#notify();
  }

  #notify(): void {
    this.#change.resolve();
    this.#change = deferred();
  }
}
