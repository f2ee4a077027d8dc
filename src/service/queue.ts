/**
 * A bounded queue in front of a number of places: first come, first served, but privileged orders before all others.
 *
 * Bottleneck is not used here. It cannot remove a job from its queue, does not know a job's place in the queue, and
 * needs about a millisecond of timers per job.
 */

import { type Deferred, deferred } from './deferred.ts';
import { Unavailable } from './inference.ts';
import type { Permit } from './ticket.ts';

interface Entry {
  readonly privileged: boolean;
  readonly granted: Deferred<void>;
}

export class Queue {
  readonly #places: number;
  readonly #limit: number;
  readonly #expectedMs: (place: number) => number;
  #taken = 0;
  #waiting: Entry[] = [];

  /**
   * `places` orders run at a time and `limit` orders wait. `expectedMs` estimates the wait of a place in the queue in
   * milliseconds.
   */
  constructor(places: number, limit: number, expectedMs: (place: number) => number) {
    this.#places = places;
    this.#limit = limit;
    this.#expectedMs = expectedMs;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Why an order without privilege is refused now; null if it is not. */
  refusal(): Unavailable | null {
    const full = this.#taken >= this.#places && this.#waiting.length >= this.#limit;
    return full ? new Unavailable('queue-full', this.#expectedMs(this.#waiting.length + 1)) : null;
  }

  /** Asks for a place, which is granted at once if one is free. The caller asks for the {@link refusal} before. */
  request(privileged: boolean, signal: AbortSignal): Permit {
    const entry: Entry = { privileged, granted: deferred() };
    if (this.#taken < this.#places) {
      this.#taken++;
      entry.granted.resolve();
    } else {
      this.#insert(entry);
      this.#leaveOnAbort(entry, signal);
    }
    return {
      granted: entry.granted.promise,
      wait: () => this.#waitOf(entry),
      release: () => this.#passOn(),
    };
  }

  #insert(entry: Entry): void {
    const behind = entry.privileged ? this.#waiting.findIndex(({ privileged }) => !privileged) : -1;
    if (behind >= 0) this.#waiting.splice(behind, 0, entry);
    else this.#waiting.push(entry);
  }

  #leaveOnAbort(entry: Entry, signal: AbortSignal): void {
    const leave = () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
      entry.granted.reject(signal.reason);
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    const stopListening = () => signal.removeEventListener('abort', leave);
    entry.granted.promise.then(stopListening, stopListening);
  }

  #waitOf(entry: Entry): ReturnType<Permit['wait']> {
    const index = this.#waiting.indexOf(entry);
    return index < 0 ? null : { place: index + 1, expectedMs: this.#expectedMs(index + 1) };
  }

  /** Gives a place that has become free to the next order. */
  #passOn(): void {
    const next = this.#waiting.shift();
    if (next) next.granted.resolve();
    else this.#taken--;
  }
}
