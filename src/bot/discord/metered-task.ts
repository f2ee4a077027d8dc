/**
 * Tasks that write no poem, such as a 格律 report. The service does not count them, but they take time on the thread that
 * answers everybody. So each asker has limits for them too.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Asker } from '../../service/inference.ts';
import { type RateLimiter, RateLimiters } from '../../service/rate-limiter.ts';
import type { CommandTask } from '../command.ts';

export class TaskMeter {
  readonly #limiters = new RateLimiters({ code: 'user-busy', perMinute: 60, running: 1, waiting: 5 });
  /** Discord asks for suggestions while somebody types, about twice a second. */
  readonly #suggestions = new RateLimiters({ code: 'user-busy', perMinute: 180, running: 1, waiting: 5 });

  /**
   * Calls `prepare` for a task that waits until the asker's earlier ones have ended. Owners have no limits. Throws
   * `Unavailable` if the asker has too many of them, before anything is prepared. The task counts from the moment when
   * it is called.
   */
  prepare({ user, owner }: Asker, prepare: () => CommandTask): CommandTask {
    if (owner) return prepare();
    const limiter = this.#limiters.of(user);
    const refusal = limiter.refusal(0);
    if (refusal) throw refusal;
    const task = prepare();
    return (options) => inTurn(limiter, () => task(options), options.signal);
  }

  /** Suggestions for what an asker types; none if they have asked for too many. */
  async suggest<T>({ user, owner }: Asker, suggest: () => Promise<T[]>): Promise<T[]> {
    if (owner) return suggest();
    const limiter = this.#suggestions.of(user);
    return limiter.refusal(0) ? [] : inTurn(limiter, suggest);
  }
}

async function inTurn<T>(
  limiter: RateLimiter,
  task: () => Promise<T>,
  signal = new AbortController().signal,
): Promise<T> {
  const permit = limiter.request(signal);
  await permit.granted;
  try {
    // Other people's interactions come in between two tasks.
    await nextTurn();
    return await task();
  } finally {
    permit.release(false);
  }
}
