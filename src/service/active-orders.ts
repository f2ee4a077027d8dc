/** The orders that the service has taken and not yet answered. Closing waits for them. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from './inference.ts';

export class ActiveOrders {
  readonly #orders = new Map<AbortController, Promise<unknown>>();
  #closed = false;

  get size(): number {
    return this.#orders.size;
  }

  /** Runs a task for one order. Aborting the controller stops it. Throws {@link Unavailable} after `close`. */
  async run<T>(task: (stop: AbortController) => Promise<T>): Promise<T> {
    if (this.#closed) throw new Unavailable('closing');
    const stop = new AbortController();
    const done = task(stop);
    this.#orders.set(stop, done);
    try {
      return await done;
    } finally {
      this.#orders.delete(stop);
    }
  }

  /** Takes no new orders, waits up to `limitMs` for the active ones, and stops the rest. Returns how many were stopped. */
  async close(limitMs: number): Promise<number> {
    this.#closed = true;
    const limit = new AbortController();
    const timeUp = sleep(limitMs, undefined, { signal: limit.signal }).catch(() => {});
    await Promise.race([Promise.allSettled(this.#orders.values()), timeUp]);
    limit.abort();
    const stopped = this.#orders.size;
    for (const stop of this.#orders.keys()) stop.abort(new Unavailable('closing'));
    return stopped;
  }
}
