/**
 * Tasks that write no poem, such as a 格律 report. The service does not count them, but they take time on the thread that
 * answers everybody. So each asker has limits for them too.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Asker } from '../../service/inference.ts';
import { RateLimiters } from '../../service/rate-limiter.ts';
import type { CommandTask } from '../command.ts';

export class TaskMeter {
  readonly #limiters = new RateLimiters({ code: 'user-busy', perMinute: 60, running: 1, waiting: 5 });

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
    return async (options) => {
      const permit = limiter.request(options.signal ?? new AbortController().signal);
      await permit.granted;
      try {
        // Other people's interactions come in between two tasks.
        await nextTurn();
        return await task(options);
      } finally {
        permit.release(false);
      }
    };
  }
}
