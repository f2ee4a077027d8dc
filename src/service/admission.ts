/** Who may have a poem written, and when: limits a user, a guild and everybody, and a bounded queue. */

import Bottleneck from 'bottleneck';
import { type Asker, Unavailable } from './inference.ts';

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
  /** 1 is next; null when the turn has come. */
  place(): number | null;
}

export interface Admission {
  /** Orders that wait for their turn. */
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
/** In Bottleneck's order: 0 before 9, 5 unless told. */
const OWNER_PRIORITY = 3;

/** Admission by Bottleneck's limiters, one a user, one a guild, one for the batch. */
export class LimiterAdmission implements Admission {
  readonly #users: Bottleneck.Group;
  readonly #guilds: Bottleneck.Group;
  readonly #batch: Bottleneck;
  readonly #line = new Set<symbol>();
  readonly #expectedMs: (place: number) => number | null;

  /** `running` orders at a time; `expectedMs` estimates the wait of a place in line. */
  constructor(limits: Limits, running: number, expectedMs: (place: number) => number | null) {
    this.#expectedMs = expectedMs;
    const perMinute = (poems: number) => ({
      reservoir: poems,
      reservoirRefreshAmount: poems,
      reservoirRefreshInterval: MINUTE_MS,
      heartbeatInterval: LOOK_EVERY_MS,
    });
    this.#users = new Bottleneck.Group({
      ...perMinute(limits.userPerMinute),
      maxConcurrent: limits.userRunning,
      highWater: limits.userWaiting,
      strategy: Bottleneck.strategy.OVERFLOW,
    });
    this.#guilds = new Bottleneck.Group({
      ...perMinute(limits.guildPerMinute),
      highWater: limits.queue,
      strategy: Bottleneck.strategy.OVERFLOW,
    });
    this.#batch = new Bottleneck({
      maxConcurrent: running,
      highWater: limits.queue,
      strategy: Bottleneck.strategy.OVERFLOW,
    });
  }

  get waiting(): number {
    return this.#line.size;
  }

  admit<T>(asker: Asker, signal: AbortSignal, task: () => Promise<T>): Turn<T> {
    const ticket = Symbol();
    this.#line.add(ticket);
    const leave = () => this.#line.delete(ticket);
    const done = new Promise<T>((resolve, reject) => {
      const onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      const run = async () => {
        signal.removeEventListener('abort', onAbort);
        if (signal.aborted) return;
        leave();
        await task().then(resolve, reject);
      };
      this.#pass(asker, signal, run)
        .catch(reject)
        .finally(() => signal.removeEventListener('abort', onAbort));
    });
    done.then(leave, leave);
    return { done, place: () => placeOf(this.#line, ticket) };
  }

  async #pass(asker: Asker, signal: AbortSignal, run: () => Promise<void>): Promise<void> {
    if (asker.owner) {
      await this.#refusing('queue-full', this.#batch.schedule({ priority: OWNER_PRIORITY }, run));
      return;
    }
    const batch = () => this.#refusing('queue-full', this.#batch.schedule(run));
    const { guild } = asker;
    const inGuild =
      guild === null ? batch : () => this.#through(this.#guilds.key(guild), signal, 'queue-full', batch);
    await this.#through(this.#users.key(asker.user), signal, 'user-busy', inGuild);
  }

  /** Waits for a limiter's leave. Bottleneck cannot take a job back: one that was given up gives its leave back. */
  #through(
    limiter: Bottleneck,
    signal: AbortSignal,
    code: 'user-busy' | 'queue-full',
    next: () => Promise<void>,
  ): Promise<void> {
    const job = limiter.schedule(async () => {
      if (signal.aborted) await limiter.incrementReservoir(1);
      else await next();
    });
    return this.#refusing(code, job);
  }

  async #refusing(code: 'user-busy' | 'queue-full', job: Promise<void>): Promise<void> {
    try {
      await job;
    } catch (error) {
      if (!(error instanceof Bottleneck.BottleneckError)) throw error;
      throw new Unavailable(code, code === 'queue-full' ? this.#expectedMs(this.#line.size) : null);
    }
  }
}

function placeOf(line: ReadonlySet<symbol>, ticket: symbol): number | null {
  let place = 1;
  for (const each of line) {
    if (each === ticket) return place;
    place++;
  }
  return null;
}
