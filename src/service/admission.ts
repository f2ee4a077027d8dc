/** Who may have a poem written, and when: limits a user, a guild and everybody, and a bounded queue. */

import Bottleneck from 'bottleneck';
import { type Asker, Unavailable } from './inference.ts';
import { Line } from './line.ts';

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

/** An order's place in line and, once its turn has come, what became of it. */
export interface Turn<T> {
  readonly done: Promise<T>;
  /** 1 is next; null when the turn has come, and while a limiter of the user's or guild's holds the order back. */
  place(): number | null;
}

export interface Admission {
  /** Orders that wait for a place in the batch. */
  readonly waiting: number;
  /**
   * Runs `task` when it is the asker's turn. `done` rejects with {@link Unavailable} (user-busy, queue-full) at
   * once where there is no room, and with the signal's reason when it aborts during the wait.
   */
  admit<T>(asker: Asker, signal: AbortSignal, task: () => Promise<T>): Turn<T>;
}

const MINUTE_MS = 60_000;
/** How often Bottleneck looks whether a minute is over. */
const LOOK_EVERY_MS = 1000;

/** Bottleneck's limiters for users and guilds, and one line for the batch. Owners come straight to the line. */
export class LimiterAdmission implements Admission {
  readonly #users: Bottleneck.Group;
  readonly #guilds: Bottleneck.Group;
  readonly #line: Line;
  readonly #expectedMs: (place: number) => number | null;

  /** `running` orders at a time; `expectedMs` estimates the wait of a place in line. */
  constructor(limits: Limits, running: number, expectedMs: (place: number) => number | null) {
    this.#line = new Line(running, limits.queue);
    this.#expectedMs = expectedMs;
    const perMinute = (poems: number) => ({
      reservoir: poems,
      reservoirRefreshAmount: poems,
      reservoirRefreshInterval: MINUTE_MS,
      heartbeatInterval: LOOK_EVERY_MS,
      strategy: Bottleneck.strategy.OVERFLOW,
    });
    this.#users = new Bottleneck.Group({
      ...perMinute(limits.userPerMinute),
      maxConcurrent: limits.userRunning,
      highWater: limits.userWaiting,
    });
    this.#guilds = new Bottleneck.Group({ ...perMinute(limits.guildPerMinute), highWater: limits.queue });
  }

  get waiting(): number {
    return this.#line.length;
  }

  admit<T>(asker: Asker, signal: AbortSignal, task: () => Promise<T>): Turn<T> {
    let place: () => number | null = () => null;
    const enterLine = async () => {
      const turn = this.#enter(asker.owner, signal, task);
      place = turn.place;
      return turn.done;
    };
    return {
      done: asker.owner ? enterLine() : this.#limited(asker, signal, enterLine),
      place: () => place(),
    };
  }

  #enter<T>(privileged: boolean, signal: AbortSignal, task: () => Promise<T>): Turn<T> {
    const line = this.#line;
    if (line.full) {
      const refusal = new Unavailable('queue-full', this.#expectedMs(line.length + 1));
      return { done: Promise.reject(refusal), place: () => null };
    }
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
    return { done, place };
  }

  /** Waits for the leave of the user's limiter, then of the guild's. */
  #limited<T>({ user, guild }: Asker, signal: AbortSignal, next: () => Promise<T>): Promise<T> {
    const inGuild =
      guild === null ? next : () => this.#through(this.#guilds.key(guild), signal, 'queue-full', next);
    return this.#through(this.#users.key(user), signal, 'user-busy', inGuild);
  }

  #through<T>(
    limiter: Bottleneck,
    signal: AbortSignal,
    code: 'user-busy' | 'queue-full',
    next: () => Promise<T>,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      const job = limiter.schedule(async () => {
        signal.removeEventListener('abort', abort);
        if (!signal.aborted) return next();
        // Bottleneck cannot take a job back, so one that was given up gives its leave back.
        await limiter.incrementReservoir(1);
        throw signal.reason;
      });
      job.then(resolve, (error) => {
        signal.removeEventListener('abort', abort);
        reject(error instanceof Bottleneck.BottleneckError ? new Unavailable(code) : error);
      });
    });
  }
}
