/** Decides who may have a poem written, and when: limits per user, per guild and for all, and a bounded queue. */

import { type Asker, Unavailable, type UnavailableCode } from './inference.ts';
import { Queue } from './queue.ts';
import { RateLimiters } from './rate-limiter.ts';
import type { Permit, Ticket } from './ticket.ts';

export interface Limits {
  /** Poems per minute of one user. */
  readonly userPerMinute: number;
  /** Poems of one user that are written at a time. */
  readonly userRunning: number;
  /** Orders of one user that wait. Further orders are refused. */
  readonly userWaiting: number;
  /** Poems per minute of one guild. */
  readonly guildPerMinute: number;
  /** Rows in the running batch. An order takes one row per candidate. */
  readonly rows: number;
  /** Orders that wait for a place in the batch. Further orders are refused. */
  readonly queue: number;
  /** Milliseconds from the order to the poem. After that the asker is told that there is no poem. */
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

/** Outcomes without a poem that the asker caused: they cancelled the order, or the order ends the engine. */
const CHARGED: ReadonlySet<UnavailableCode> = new Set(['cancelled', 'given-up']);

/** Rate limits of users and guilds, then one queue for the batch. Owners go straight to the queue and are never refused. */
export class Admission {
  readonly #users: RateLimiters;
  readonly #guilds: RateLimiters;
  readonly #queue: Queue;
  readonly #deadlineMs: number;

  /** `running` orders run at a time. `expectedMs` estimates the wait of a place in the queue. */
  constructor(limits: Limits, running: number, expectedMs: (place: number) => number) {
    this.#queue = new Queue(running, limits.queue, expectedMs);
    this.#deadlineMs = limits.deadlineMs;
    this.#users = new RateLimiters({
      code: 'user-busy',
      perMinute: limits.userPerMinute,
      running: limits.userRunning,
      waiting: limits.userWaiting,
    });
    this.#guilds = new RateLimiters({
      code: 'guild-busy',
      perMinute: limits.guildPerMinute,
      running: null,
      waiting: limits.queue,
    });
  }

  /** Orders that wait for a place in the batch. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Runs `task` when it is the asker's turn. `done` rejects with {@link Unavailable} (user-busy, guild-busy, queue-full)
   * at once if a limit is exhausted or would delay the order beyond its deadline. It rejects with the signal's reason if
   * the signal aborts while the order waits.
   */
  admit<T>(asker: Asker, signal: AbortSignal, task: () => Promise<T>): Ticket<T> {
    const permits = new Permits();
    return { done: this.#run(asker, signal, task, permits), wait: () => permits.wait() };
  }

  async #run<T>(asker: Asker, signal: AbortSignal, task: () => Promise<T>, permits: Permits): Promise<T> {
    let refund = false;
    try {
      if (!asker.owner) await this.#passLimits(asker, signal, permits);
      await permits.obtain(this.#queue.request(asker.owner, signal));
      return await task();
    } catch (error) {
      // An order without a poem does not count, unless the work was begun for nothing because of the asker.
      refund = !(error instanceof Unavailable && CHARGED.has(error.code));
      throw error;
    } finally {
      permits.release(refund);
    }
  }

  async #passLimits(asker: Asker, signal: AbortSignal, permits: Permits): Promise<void> {
    const until = performance.now() + this.#deadlineMs;
    const user = this.#users.of(asker.user);
    // All limits are checked before the first permit is taken.
    refuse(user.refusal(this.#deadlineMs));
    if (asker.guild !== null) refuse(this.#guilds.of(asker.guild).refusal(this.#deadlineMs));
    refuse(this.#queue.refusal());
    await permits.obtain(user.request(signal));
    if (asker.guild !== null) {
      // The guild's limiter is looked up again: it may have been forgotten while the user's order waited.
      const guild = this.#guilds.of(asker.guild);
      refuse(guild.refusal(until - performance.now()));
      await permits.obtain(guild.request(signal));
    }
    refuse(this.#queue.refusal());
  }
}

function refuse(refusal: Unavailable | null): void {
  if (refusal) throw refusal;
}

/** The permits of one order, one after the other. */
class Permits {
  readonly #granted: Permit[] = [];
  #current: Permit | null = null;

  async obtain(permit: Permit): Promise<void> {
    this.#current = permit;
    await permit.granted;
    this.#granted.push(permit);
  }

  wait(): ReturnType<Permit['wait']> {
    return this.#current?.wait() ?? null;
  }

  /** The last one first. */
  release(refund: boolean): void {
    for (const permit of this.#granted.reverse()) permit.release(refund);
  }
}
