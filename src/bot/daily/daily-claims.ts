/**
 * Who posts the poem of a day. A bot claims the day before it writes the poem, by a row in the database, so that only one
 * of several bots posts it, and none posts it again after a restart.
 *
 * A post goes from `claimed` (the poem is being written) over `sending` (the request to Discord is under way) to
 * `posted`, `refused` or `missed`. A claim whose holder has died is taken over after {@link LEASE_MS}. If it was only
 * `claimed`, nothing was posted. If it was `sending`, nobody knows, and the new holder has to ask Discord.
 */

import { type Database, number, text } from '../../storage/database.ts';
import type { Daily } from './daily-store.ts';

/**
 * A claim is its holder's for so long. Longer than a poem and its post take, and than the clocks of two machines differ;
 * shorter than Discord remembers a nonce, which is a few minutes.
 */
export const LEASE_MS = 120_000;

/** A poem that could not be written or sent is tried again after this time. */
const RETRY_MS = 30_000;

export type PostOutcome = 'posted' | 'refused' | 'missed';

export interface Claim {
  /** When an earlier holder was about to post, and nobody knows whether it did; null if none was. In Unix milliseconds. */
  readonly perhapsPostedAt: number | null;
}

export class DailyClaims {
  constructor(
    readonly database: Database,
    /** The name of this process. No other process may have it. */
    readonly holder: string,
    readonly now: () => number = Date.now,
  ) {}

  /** `done` is false if another process has the day, and true if the day is over. */
  async claim(daily: Daily): Promise<Claim | { readonly done: boolean }> {
    const key = [daily.bot, daily.guild, daily.next.day];
    const [before] = await this.database.query(
      'SELECT state, held_at FROM daily_posts WHERE bot = ? AND guild = ? AND day = ?',
      key,
    );
    const now = this.now();
    if (before === undefined) {
      const won = await this.database.query(
        `INSERT INTO daily_posts (bot, guild, day, state, holder, held_at) VALUES (?, ?, ?, 'claimed', ?, ?)
         ON CONFLICT DO NOTHING RETURNING day`,
        [...key, this.holder, now],
      );
      return won.length > 0 ? { perhapsPostedAt: null } : { done: false };
    }
    const state = text(before, 'state');
    const heldAt = number(before, 'held_at');
    if (state !== 'claimed' && state !== 'sending') return { done: true };
    if (heldAt > now - LEASE_MS) return { done: false };
    const won = await this.database.query(
      `UPDATE daily_posts SET holder = ?, held_at = ?
       WHERE bot = ? AND guild = ? AND day = ? AND state = ? AND held_at = ? RETURNING day`,
      [this.holder, now, ...key, state, heldAt],
    );
    if (won.length === 0) return { done: false };
    return { perhapsPostedAt: state === 'sending' ? heldAt : null };
  }

  /** Says that the request to Discord comes next. Returns false if the claim is not this process's any more. */
  async sending(daily: Daily): Promise<boolean> {
    const own = await this.database.query(
      `UPDATE daily_posts SET state = 'sending', held_at = ?
       WHERE bot = ? AND guild = ? AND day = ? AND holder = ? AND state IN ('claimed', 'sending') RETURNING day`,
      [this.now(), daily.bot, daily.guild, daily.next.day, this.holder],
    );
    return own.length > 0;
  }

  /** Comes after {@link DailyStore.advance}: a process that dies between the two leaves a day that is over. */
  async finish(daily: Daily, outcome: PostOutcome): Promise<void> {
    await this.database.query(
      'UPDATE daily_posts SET state = ?, held_at = ? WHERE bot = ? AND guild = ? AND day = ?',
      [outcome, this.now(), daily.bot, daily.guild, daily.next.day],
    );
  }

  /** Lets any bot try again soon. The state stays: a request whose answer was lost may have been carried out. */
  async release(daily: Daily): Promise<void> {
    await this.database.query(
      'UPDATE daily_posts SET held_at = ? WHERE bot = ? AND guild = ? AND day = ? AND holder = ?',
      [this.now() - LEASE_MS + RETRY_MS, daily.bot, daily.guild, daily.next.day, this.holder],
    );
  }
}
