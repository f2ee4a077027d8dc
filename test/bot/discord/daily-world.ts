/** Bot processes that post daily poems to the loopback Discord, with a fake clock and a real database. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REST } from 'discord.js';
import { DailyClaims } from '../../../src/bot/daily/daily-claims.ts';
import { type DailySettings, DailyStore } from '../../../src/bot/daily/daily-store.ts';
import { ButtonCodec } from '../../../src/bot/discord/button.ts';
import { ChannelPosts } from '../../../src/bot/discord/channel-posts.ts';
import { DailyPoster } from '../../../src/bot/discord/daily-poster.ts';
import { openLog } from '../../../src/bot/log.ts';
import type { Database } from '../../../src/storage/database.ts';
import { migrate } from '../../../src/storage/migrations.ts';
import { PostgresDatabase } from '../../../src/storage/postgres.ts';
import { SqliteDatabase } from '../../../src/storage/sqlite.ts';
import type { Channel } from '../../discord/channels.ts';
import { LoopbackDiscord } from '../../discord/loopback.ts';
import { FakeInference } from '../fake-inference.ts';

const { TEST_DATABASE_URL } = process.env;

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const SETTER = '222222222222222222';
export const GUILD = '333333333333333333';
/** Whose daily poem it is. */
export const KEY = { bot: '9', guild: GUILD };

/** What the bot processes of one test share. */
export class DailyWorld {
  now = Date.parse('2026-11-26T00:00:00Z');
  readonly discord: LoopbackDiscord;
  readonly channel: Channel;
  readonly #folder: string;
  readonly #databases: Database[] = [];

  private constructor(folder: string, discord: LoopbackDiscord) {
    this.#folder = folder;
    this.discord = discord;
    this.channel = discord.channels.add(GUILD);
  }

  static async open(): Promise<DailyWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'shiren-daily-'));
    // The clock of Discord is that of the world, which is made with it.
    const made: { world?: DailyWorld } = {};
    const discord = await LoopbackDiscord.start({ guilds: [GUILD], now: () => made.world?.now ?? 0 });
    made.world = new DailyWorld(folder, discord);
    return made.world;
  }

  openSqlite(): Database {
    return new SqliteDatabase(join(this.#folder, 'shiren.db'));
  }

  /** A bot process: it shares the database and the Discord with the others, and nothing else. */
  async startBot(open: () => Database, bot = '9', timeout = 15_000) {
    const database = open();
    this.#databases.push(database);
    await migrate(database);
    const clock = () => this.now;
    const { api, token } = this.discord;
    const store = new DailyStore(database, clock);
    const claims = new DailyClaims(database, `process ${this.#databases.length}`, clock);
    const rest = new REST({ api, version: '10', retries: 0, timeout }).setToken(token);
    const inference = new FakeInference();
    const outcomes: string[] = [];
    const services = {
      ...{ bot, store, claims, inference, now: clock, log: openLog('silent') },
      posts: new ChannelPosts(rest),
      codec: new ButtonCodec(token),
      count: (outcome: string) => outcomes.push(outcome),
    };
    return { store, claims, inference, outcomes, services, poster: new DailyPoster(services) };
  }

  settings(changes: Partial<DailySettings> = {}): DailySettings {
    return {
      channel: this.channel.id,
      minute: 8 * 60 + 30,
      zone: 'Asia/Shanghai',
      form: 'wujue',
      theme: '',
      locale: 'zh-CN',
      setter: SETTER,
      ...changes,
    };
  }

  /** The lines of the n-th message's poem. */
  verses(n: number): string {
    return this.channel.messages[n]?.embeds?.[0]?.description?.replaceAll(/## |\n/g, '') ?? '';
  }

  async close(): Promise<void> {
    for (const database of this.#databases) await database.close();
    await this.discord.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A kind of database that the bot processes of a test can share. */
interface DatabaseKind {
  /** Another connection to the same database. */
  readonly open: (world: DailyWorld) => Database;
  /** Empties what outlives a test. */
  readonly clear: () => Promise<void>;
}

/**
 * SQLite, and PostgreSQL if there is one, with their names. A file of tests has a `schema` of its own in PostgreSQL, because
 * files run side by side.
 */
export function databaseKinds(schema: string): (readonly [string, DatabaseKind])[] {
  const sqlite = { open: (world: DailyWorld) => world.openSqlite(), clear: async () => {} };
  const kinds: (readonly [string, DatabaseKind])[] = [['SQLite', sqlite]];
  if (TEST_DATABASE_URL) {
    const url = new URL(TEST_DATABASE_URL);
    url.searchParams.set('options', `-c search_path=${schema}`);
    const open = () => new PostgresDatabase(url.href);
    const clear = async () => {
      const server = new PostgresDatabase(TEST_DATABASE_URL);
      await server.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
      await server.close();
      const database = open();
      await migrate(database);
      await database.script('DELETE FROM daily; DELETE FROM daily_posts');
      await database.close();
    };
    kinds.push(['PostgreSQL', { open, clear }]);
  }
  return kinds;
}
