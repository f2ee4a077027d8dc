/**
 * The daily poems of servers, as they are stored. Several bots may share the database. A server's settings belong to one
 * bot, by its application id, because another bot may not be in that server.
 */

import { FORM_NAMES } from '../../poetry/form.ts';
import { type Database, type DatabaseRow, number, text } from '../../storage/database.ts';
import { DEFAULT_LOCALE, LOCALES, type Locale } from '../locale.ts';
import { type DailyTime, dayAfter, type Occurrence, occurrenceAfter, occurrenceOn } from './civil-time.ts';
import { type DailyPoem, DEFAULT_FORM } from './daily-poem.ts';

/** After so many days in a row on which it may not post, a bot stops. */
export const MAX_REFUSALS = 3;

const DAY_MS = 86_400_000;
/** Posts are remembered so long. A post is due for hours only. */
const POSTS_KEPT_MS = 7 * DAY_MS;
/** Settings of daily poems that have stopped are kept so long, so that /daily show can say why. */
const STOPPED_KEPT_MS = 30 * DAY_MS;

/** Which bot (application id), in which server. */
export interface DailyKey {
  readonly bot: string;
  readonly guild: string;
}

export interface DailySettings extends DailyTime, DailyPoem {
  readonly channel: string;
  readonly locale: Locale;
  /** The id of the user who set it. */
  readonly setter: string;
}

export interface Daily extends DailyKey, DailySettings {
  readonly next: Occurrence;
  /** Days in a row on which the bot was not allowed to post. */
  readonly refusals: number;
  /** Whether the setter got the news of the last refusal. */
  readonly told: boolean;
  readonly stopped: boolean;
}

export class DailyStore {
  constructor(
    readonly database: Database,
    readonly now: () => number = Date.now,
  ) {}

  /**
   * Sets a server's daily poem, in the place of an earlier one. Returns the first occurrence: the next one, but on
   * another day than a poem that is posted already.
   */
  async set({ bot, guild }: DailyKey, settings: DailySettings): Promise<Occurrence> {
    // A day on which nothing was posted may be tried again. A poem that is being written is not posted any more.
    await this.database.query(
      "DELETE FROM daily_posts WHERE bot = ? AND guild = ? AND state IN ('claimed', 'refused', 'missed')",
      [bot, guild],
    );
    let next = occurrenceAfter(this.now(), settings);
    const begun = await this.database.query(
      'SELECT day FROM daily_posts WHERE bot = ? AND guild = ? AND day = ?',
      [bot, guild, next.day],
    );
    if (begun.length > 0) next = occurrenceOn(dayAfter(next.day), settings);
    const { channel, minute, zone, form, theme, locale, setter } = settings;
    await this.database.query(
      `INSERT INTO daily (bot, guild, channel, minute, zone, form, theme, locale, setter, next_day, next_at, refusals, told, stopped)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)
       ON CONFLICT (bot, guild) DO UPDATE SET channel = excluded.channel, minute = excluded.minute,
         zone = excluded.zone, form = excluded.form, theme = excluded.theme, locale = excluded.locale,
         setter = excluded.setter, next_day = excluded.next_day, next_at = excluded.next_at,
         refusals = 0, told = 0, stopped = 0`,
      [bot, guild, channel, minute, zone, form, theme, locale, setter, next.day, next.at],
    );
    return next;
  }

  async get({ bot, guild }: DailyKey): Promise<Daily | null> {
    const [row] = await this.database.query('SELECT * FROM daily WHERE bot = ? AND guild = ?', [bot, guild]);
    return row ? read(row) : null;
  }

  /** Returns false if there was none. A poem that is being written is not posted any more. */
  async remove({ bot, guild }: DailyKey): Promise<boolean> {
    const removed = await this.database.query(
      'DELETE FROM daily WHERE bot = ? AND guild = ? RETURNING guild',
      [bot, guild],
    );
    await this.database.query("DELETE FROM daily_posts WHERE bot = ? AND guild = ? AND state = 'claimed'", [
      bot,
      guild,
    ]);
    return removed.length > 0;
  }

  /** Removes every daily poem that a user has set. Returns how many that were. */
  async forget(setter: string): Promise<number> {
    const set = await this.database.query('SELECT bot, guild FROM daily WHERE setter = ?', [setter]);
    for (const row of set) await this.remove({ bot: text(row, 'bot'), guild: text(row, 'guild') });
    return set.length;
  }

  /** The daily poems of `bot` whose time has come, the longest due first. */
  async due(bot: string): Promise<readonly Daily[]> {
    const rows = await this.database.query(
      'SELECT * FROM daily WHERE bot = ? AND next_at <= ? AND stopped = 0 ORDER BY next_at, guild',
      [bot, this.now()],
    );
    return rows.map(read);
  }

  /** Goes on to the day after the one that was due, unless the settings were changed meanwhile. */
  async advance(daily: Daily, { refusals, told }: Pick<Daily, 'refusals' | 'told'>): Promise<void> {
    const next = this.#following(daily);
    await this.database.query(
      `UPDATE daily SET next_day = ?, next_at = ?, refusals = ?, told = ?, stopped = ?
       WHERE bot = ? AND guild = ? AND next_day = ? AND next_at = ?`,
      [
        ...[next.day, next.at, refusals, Number(told), Number(refusals >= MAX_REFUSALS)],
        ...[daily.bot, daily.guild, daily.next.day, daily.next.at],
      ],
    );
  }

  /** The next occurrence that has not passed yet. */
  #following(daily: Daily): Occurrence {
    const next = occurrenceOn(dayAfter(daily.next.day), daily);
    return next.at > this.now() ? next : occurrenceAfter(this.now(), daily);
  }

  /** Removes what nobody needs any more. */
  async prune(): Promise<void> {
    const now = this.now();
    await this.database.query('DELETE FROM daily_posts WHERE held_at < ?', [now - POSTS_KEPT_MS]);
    await this.database.query('DELETE FROM daily WHERE stopped = 1 AND next_at < ?', [now - STOPPED_KEPT_MS]);
  }
}

function read(row: DatabaseRow): Daily {
  return {
    bot: text(row, 'bot'),
    guild: text(row, 'guild'),
    channel: text(row, 'channel'),
    minute: number(row, 'minute'),
    zone: text(row, 'zone'),
    form: known(FORM_NAMES, text(row, 'form')) ?? DEFAULT_FORM,
    theme: text(row, 'theme'),
    locale: known(LOCALES, text(row, 'locale')) ?? DEFAULT_LOCALE,
    setter: text(row, 'setter'),
    next: { day: text(row, 'next_day'), at: number(row, 'next_at') },
    refusals: number(row, 'refusals'),
    told: number(row, 'told') === 1,
    stopped: number(row, 'stopped') === 1,
  };
}

/** Undefined for a value that only a later version knows, which may share the database. */
function known<const T extends string>(values: readonly T[], value: string): T | undefined {
  return values.find((one) => one === value);
}
