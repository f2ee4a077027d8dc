/** Who may have a poem written, and when: limits a user, a guild and everybody, and a bounded queue. */

import { type Asker, Unavailable } from './inference.ts';
import { Line } from './queue.ts';
import { Quotas } from './rate-limiter.ts';
import type { Turn } from './ticket.ts';

export interface Limits {
  /** Poems a minute for one user. */
  readonly userPerMinute: number;
  /** Poems of one user that are written at a time. */
  readonly userRunning: number;
  /** Poems of one user that wait; more are refused. */
  readonly userWaiting: number;
  /** Poems a minute for one guild. */
  readonly guildPerMinute: number;
  /** Rows in the running batch; with several candidates an order, as many fewer orders run. */
  readonly rows: number;
  /** Orders that wait for a place in the batch; more are refused. */
  readonly queue: number;
  /** Milliseconds from the order to the poem after which the asker is told that there is none. */
  readonly deadlineMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  userPerMinute: 10,
  userRunning: 2,
  userWaiting: 5,
  guildPerMinute: 300,
  rows: 256,
  queue: 512,
  deadlineMs: 30_000,
};

export interface Admission {
  /** Orders that wait for a place in the batch. */
  readonly waiting: number;
  /**
   * Runs `task` when it is the asker's turn. `done` rejects with {@link Unavailable} (user-busy, guild-busy,
   * queue-full) at once where there is no room or a limit holds the order back beyond its deadline, and with the
   * signal's reason when it aborts during the wait.
   */
  admit<T>(asker: Asker, signal: AbortSignal, task: () => Promise<T>): Turn<T>;
}

/** Quotas of users and guilds, and one line for the batch. Owners come straight to the line, and its bound is not theirs. */
export class LimiterAdmission implements Admission {
  readonly #users: Quotas;
  readonly #guilds: Quotas;
  readonly #line: Line;
  readonly #deadlineMs: number;
  readonly #expectedMs: (place: number) => number;

  /** `running` orders at a time; `expectedMs` estimates the wait of a place in line. */
  constructor(limits: Limits, running: number, expectedMs: (place: number) => number) {
    this.#line = new Line(running, limits.queue);
    this.#deadlineMs = limits.deadlineMs;
    this.#expectedMs = expectedMs;
    this.#users = new Quotas({
      code: 'user-busy',
      perMinute: limits.userPerMinute,
      running: limits.userRunning,
      waiting: limits.userWaiting,
    });
    this.#guilds = new Quotas({
      code: 'guild-busy',
      perMinute: limits.guildPerMinute,
      running: null,
      waiting: limits.queue,
    });
  }

  get waiting(): number {
    return this.#line.length;
  }

  admit<T>(asker: Asker, signal: AbortSignal, task: () => Promise<T>): Turn<T> {
    if (asker.owner) return this.#enter(true, signal, task);
    const until = performance.now() + this.#deadlineMs;
    const user = this.#users.of(asker.user);
    // A guild's quota may be forgotten, and begun anew, while its user waits: it is looked up when it is needed.
    const guild = () => (asker.guild === null ? null : this.#guilds.of(asker.guild));
    // All is asked before anything is taken.
    const refusal = user.refusal(this.#deadlineMs) ?? guild()?.refusal(this.#deadlineMs) ?? this.#refusal();
    if (refusal) return refused(refusal);
    let stage: Turn<T>;
    const pass = (next: Turn<T>): Promise<T> => {
      stage = next;
      return next.done;
    };
    const inLine = () => pass(this.#enter(false, signal, task));
    const inGuild = () => {
      const quota = guild();
      if (!quota) return inLine();
      const late = quota.refusal(until - performance.now());
      return pass(late ? refused(late) : quota.join(signal, inLine));
    };
    stage = user.join(signal, inGuild);
    return { done: stage.done, wait: () => stage.wait() };
  }

  #refusal(): Unavailable | null {
    return this.#line.full ? new Unavailable('queue-full', this.#expectedMs(this.#line.length + 1)) : null;
  }

  #enter<T>(privileged: boolean, signal: AbortSignal, task: () => Promise<T>): Turn<T> {
    const line = this.#line;
    const refusal = privileged ? null : this.#refusal();
    if (refusal) return refused(refusal);
    let place = (): number | null => null;
    const done = new Promise<T>((resolve, reject) => {
      const quit = () => {
        line.quit(waiting);
        reject(signal.reason);
      };
      const waiting = line.join(privileged, () => {
        signal.removeEventListener('abort', quit);
        task()
          .then(resolve, reject)
          .finally(() => line.leave());
      });
      place = () => line.placeOf(waiting);
      if (place() !== null) signal.addEventListener('abort', quit, { once: true });
    });
    const wait = () => {
      const now = place();
      return now === null ? null : { place: now, expectedMs: this.#expectedMs(now) };
    };
    return { done, wait };
  }
}

function refused<T>(refusal: Unavailable): Turn<T> {
  return { done: Promise.reject(refusal), wait: () => null };
}
