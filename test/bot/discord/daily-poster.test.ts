/** The daily poem against the loopback Discord, with a fake clock and a real database. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REST } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DailyClaims, LEASE_MS } from '../../../src/bot/daily/daily-claims.ts';
import { type DailySettings, DailyStore } from '../../../src/bot/daily/daily-store.ts';
import { ButtonCodec } from '../../../src/bot/discord/button.ts';
import { ChannelPosts } from '../../../src/bot/discord/channel-posts.ts';
import { DailyPoster, LATE_MS } from '../../../src/bot/discord/daily-poster.ts';
import { openLog } from '../../../src/bot/log.ts';
import { Unavailable } from '../../../src/service/inference.ts';
import type { Database } from '../../../src/storage/database.ts';
import { migrate } from '../../../src/storage/migrations.ts';
import { PostgresDatabase } from '../../../src/storage/postgres.ts';
import { SqliteDatabase } from '../../../src/storage/sqlite.ts';
import { type Channel, READ_MESSAGE_HISTORY, SEND_MESSAGES, VIEW_CHANNEL } from '../../discord/channels.ts';
import { LoopbackDiscord } from '../../discord/loopback.ts';
import { FakeInference } from '../fake-inference.ts';

const { TEST_DATABASE_URL } = process.env;
/** Other tests have tables in the same database. */
const SCHEMA = 'daily_poster_test';
const inSchema = (address: string) => {
  const url = new URL(address);
  url.searchParams.set('options', `-c search_path=${SCHEMA}`);
  return url.href;
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SETTER = '222222222222222222';
const GUILD = '333333333333333333';

let folder: string;
let discord: LoopbackDiscord;
let channel: Channel;
let now: number;
let databases: Database[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-daily-'));
  now = Date.parse('2026-11-26T00:00:00Z');
  discord = await LoopbackDiscord.start({ guilds: [GUILD], now: () => now });
  channel = discord.channels.add(GUILD);
  databases = [];
});
afterEach(async () => {
  for (const database of databases) await database.close();
  await discord.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A bot process: it shares the database and the Discord with the others, and nothing else. */
async function startBot(open: () => Database, bot = '9', timeout = 15_000) {
  const database = open();
  databases.push(database);
  await migrate(database);
  const clock = () => now;
  const store = new DailyStore(database, clock);
  const claims = new DailyClaims(database, `process ${databases.length}`, clock);
  const rest = new REST({ api: discord.api, version: '10', retries: 0, timeout }).setToken(discord.token);
  const inference = new FakeInference();
  const outcomes: string[] = [];
  const services = {
    ...{ bot, store, claims, inference, now: clock, log: openLog('silent') },
    posts: new ChannelPosts(rest),
    codec: new ButtonCodec(discord.token),
    count: (outcome: string) => outcomes.push(outcome),
  };
  return { store, claims, inference, outcomes, services, poster: new DailyPoster(services) };
}

const settings = (changes: Partial<DailySettings> = {}): DailySettings => ({
  channel: channel.id,
  minute: 8 * 60 + 30,
  zone: 'Asia/Shanghai',
  form: 'wujue',
  theme: '',
  locale: 'zh-CN',
  setter: SETTER,
  ...changes,
});

const KEY = { bot: '9', guild: GUILD };
const verses = (at: number) =>
  channel.messages[at]?.embeds?.[0]?.description?.replaceAll(/## |\n/g, '') ?? '';

describe.each([
  ['SQLite', () => new SqliteDatabase(join(folder, 'shiren.db'))],
  ...(TEST_DATABASE_URL
    ? [['PostgreSQL', () => new PostgresDatabase(inSchema(TEST_DATABASE_URL))] as const]
    : []),
] as const)('the daily poem, in %s', (name, open) => {
  beforeEach(async () => {
    if (name === 'PostgreSQL') {
      const server = new PostgresDatabase(TEST_DATABASE_URL ?? '');
      await server.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
      await server.close();
    }
    const database = open();
    await migrate(database);
    await database.script('DELETE FROM daily; DELETE FROM daily_posts');
    await database.close();
  });

  it('comes at its hour each day, and not before', async () => {
    const { store, poster, outcomes } = await startBot(open);
    const next = await store.set(KEY, settings());
    expect(next).toEqual({ day: '2026-11-26', at: now + HOUR / 2 });
    now = next.at - 1;
    await poster.poll();
    expect(channel.messages).toHaveLength(0);
    for (let day = 0; day < 3; day++) {
      now = next.at + day * DAY;
      for (let again = 0; again < 3; again++) {
        await poster.poll();
        now += 5_000;
      }
      expect(channel.messages).toHaveLength(day + 1);
    }
    expect(outcomes).toEqual(['posted', 'posted', 'posted']);
    expect(new Set([0, 1, 2].map(verses)).size).toBe(3);
    expect(verses(0)).toMatch(/^(.{5}，.{5}。){2}$/u);
    expect(channel.messages.map(({ content }) => content)).toEqual([
      '每日一诗 · 2026年11月26日',
      '每日一诗 · 2026年11月27日',
      '每日一诗 · 2026年11月28日',
    ]);
  });

  it('has the title of a festival, and the server’s theme on other days', async () => {
    const { store, poster } = await startBot(open);
    now = Date.parse('2026-09-24T00:31:00Z');
    await store.set(KEY, settings({ theme: '山水', locale: 'en-US' }));
    for (let day = 0; day < 2; day++) {
      now += DAY;
      await poster.poll();
    }
    expect(channel.messages.map(({ content }) => content)).toEqual([
      'A poem a day · September 25, 2026 · Mid-Autumn Festival (中秋)',
      'A poem a day · September 26, 2026',
    ]);
    expect(channel.messages.map(({ embeds }) => embeds?.[0]?.title)).toEqual(['《中秋夜》', '《山水》']);
  });

  it('is posted once by two bots that share the database, and by either', async () => {
    const bots = [await startBot(open), await startBot(open)];
    const { at } = (await bots[0]?.store.set(KEY, settings())) ?? { at: 0 };
    now = at;
    await Promise.all(bots.map(({ poster }) => poster.poll()));
    await Promise.all(bots.map(({ poster }) => poster.poll()));
    expect(channel.messages).toHaveLength(1);
    expect(bots.flatMap(({ outcomes }) => outcomes)).toEqual(['posted']);
    expect(bots.flatMap(({ inference }) => inference.orders)).toHaveLength(1);
    now += DAY;
    await bots[1]?.poster.poll();
    expect(channel.messages).toHaveLength(2);
  });

  it('is not posted by another bot, which may not be in that server', async () => {
    const own = await startBot(open);
    const other = await startBot(open, '8');
    now = (await own.store.set(KEY, settings())).at;
    await other.poster.poll();
    expect(channel.messages).toHaveLength(0);
  });

  it('is written by the next process if one died while it wrote', async () => {
    const first = await startBot(open);
    now = (await first.store.set(KEY, settings())).at;
    const [daily] = await first.store.due('9');
    if (!daily) throw new Error('nothing is due');
    await first.claims.claim(daily);
    const second = await startBot(open);
    await second.poster.poll();
    expect(channel.messages).toHaveLength(0);
    now += LEASE_MS;
    await second.poster.poll();
    expect(channel.messages).toHaveLength(1);
  });

  it.each([
    ['soon', LEASE_MS, 0n],
    ['hours later', 2 * HOUR, 0n],
    ['soon, without reading the channel', LEASE_MS, READ_MESSAGE_HISTORY],
    ['hours later, without reading the channel', 2 * HOUR, READ_MESSAGE_HISTORY],
  ])(
    'is not posted twice if a process died between the post and its note, and another takes over %s',
    async (_when, later, denied) => {
      channel.denied = denied;
      const first = await startBot(open);
      now = (await first.store.set(KEY, settings())).at;
      // The process gets no further than the post: nothing that it writes after that arrives.
      first.services.store.advance = () => new Promise(() => {});
      void first.poster.poll();
      await expect.poll(() => channel.messages.length).toBe(1);
      now += later;
      const second = await startBot(open);
      await second.poster.poll();
      await second.poster.poll();
      expect(channel.messages).toHaveLength(1);
      now = Date.parse('2026-11-27T00:30:00Z');
      await second.poster.poll();
      expect(channel.messages).toHaveLength(2);
    },
  );

  it.each([
    ['soon', LEASE_MS],
    ['hours later', 2 * HOUR],
  ])(
    'is posted if a process died before its post was sent, and another takes over %s',
    async (_when, later) => {
      channel.messages.push({
        id: '1',
        channel_id: channel.id,
        author: {},
        timestamp: new Date(0).toISOString(),
      });
      const first = await startBot(open);
      now = (await first.store.set(KEY, settings())).at;
      const [daily] = await first.store.due('9');
      if (!daily) throw new Error('nothing is due');
      await first.claims.claim(daily);
      await first.claims.sending(daily);
      now += later;
      await (await startBot(open)).poster.poll();
      expect(channel.messages).toHaveLength(2);
    },
  );

  it.each([
    ['failed before it was carried out', { kind: 'status', status: 500 }, 0],
    ['was carried out and never answered', { kind: 'lost' }, 1],
  ] as const)('is posted once if the request %s', async (_what, how, posted) => {
    const { store, poster } = await startBot(open, '9', 1_000);
    now = (await store.set(KEY, settings())).at;
    discord.faults.push({ method: 'POST', path: /messages/, times: 1, how });
    await poster.poll();
    now += 10_000;
    await poster.poll();
    expect(channel.messages).toHaveLength(posted);
    now += 20_000;
    await poster.poll();
    await poster.poll();
    expect(channel.messages).toHaveLength(1);
    expect(await store.get(KEY)).toMatchObject({ next: { day: '2026-11-27' } });
  });

  it('is tried again soon if it could not be written', async () => {
    const { store, poster, inference } = await startBot(open);
    now = (await store.set(KEY, settings())).at;
    inference.fault = new Unavailable('breaker-open');
    await poster.poll();
    now += 30_000;
    await poster.poll();
    expect(channel.messages).toHaveLength(1);
    expect(inference.orders.map(({ asker }) => asker.owner)).toEqual([true, true]);
  });

  it('comes late if no bot was running at its hour, and not later than six hours', async () => {
    const { store, poster, outcomes } = await startBot(open);
    const { at } = await store.set(KEY, settings());
    now = at + LATE_MS;
    await poster.poll();
    expect(channel.messages).toHaveLength(1);
    now = at + DAY + LATE_MS + 1;
    await poster.poll();
    expect(channel.messages).toHaveLength(1);
    expect(outcomes).toEqual(['posted', 'missed']);
    now = at + 5 * DAY + 1;
    await poster.poll();
    await poster.poll();
    expect(channel.messages).toHaveLength(1);
    now = at + 6 * DAY;
    await poster.poll();
    expect(channel.messages).toHaveLength(2);
  });

  it('comes once on the days on which the clocks change, and once if a clock is set back', async () => {
    const { store, poster } = await startBot(open);
    for (const [from, zone] of [
      ['2026-03-28', 'Europe/Berlin'],
      ['2026-10-24', 'Europe/Berlin'],
    ] as const) {
      channel.messages.length = 0;
      now = Date.parse(`${from}T12:00:00Z`);
      await store.set(KEY, settings({ minute: 150, zone }));
      for (const until = now + DAY; now < until; now += 600_000) await poster.poll();
      expect(channel.messages, from).toHaveLength(1);
      now -= 13 * HOUR;
      for (const until = now + 13 * HOUR; now < until; now += 600_000) await poster.poll();
      expect(channel.messages, from).toHaveLength(1);
    }
  });

  it('comes although another server’s row cannot be read by this version', async () => {
    const { store, poster } = await startBot(open);
    now = (await store.set(KEY, settings())).at;
    await store.set({ bot: '9', guild: '1' }, settings());
    await store.database.query("UPDATE daily SET zone = 'Mars/Olympus', next_at = ? WHERE guild = '1'", [
      now - 1,
    ]);
    await poster.poll();
    await poster.poll();
    const { id } = channel;
    expect(channel.messages.filter(({ channel_id }) => channel_id === id).length).toBeGreaterThan(0);
    expect(await store.get(KEY)).toMatchObject({ next: { day: '2026-11-27' } });
    await store.database.query("UPDATE daily SET form = 'later', locale = 'xx'");
    expect(await store.get(KEY)).toMatchObject({ form: 'qijue', locale: 'en-US' });
  });

  it('tells whoever has set it that it may not be posted, and stops after three days', async () => {
    const { store, poster, outcomes } = await startBot(open);
    const { at } = await store.set(KEY, settings());
    channel.denied = SEND_MESSAGES;
    for (let day = 0; day < 5; day++) {
      now = at + day * DAY;
      await poster.poll();
      await poster.poll();
    }
    expect(outcomes).toEqual(['refused', 'refused', 'refused']);
    expect(await store.get(KEY)).toMatchObject({ refusals: 3, told: true, stopped: true });
    const told = discord.channels.toldTo(SETTER).map(({ content }) => content);
    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/今天的诗没能发在 https:\/\/discord\.com\/channels\/\d+\/\d+：/u);
    expect(told[1]).toMatch(/^连续 3 天没能.*停下了/u);
    channel.denied = 0n;
    const again = await store.set(KEY, settings());
    now = again.at;
    await poster.poll();
    expect(channel.messages).toHaveLength(1);
    expect(await store.get(KEY)).toMatchObject({ refusals: 0, stopped: false });
  });

  it('counts only days in a row, and a channel that is gone or hidden among them', async () => {
    const { store, poster } = await startBot(open);
    const { at } = await store.set(KEY, settings());
    for (const [day, denied] of [VIEW_CHANNEL, SEND_MESSAGES, 0n, VIEW_CHANNEL].entries()) {
      channel.denied = denied;
      now = at + day * DAY;
      await poster.poll();
    }
    expect(await store.get(KEY)).toMatchObject({ refusals: 1, stopped: false });
    discord.channels.remove(channel);
    now = at + 4 * DAY;
    await poster.poll();
    expect(await store.get(KEY)).toMatchObject({ refusals: 2, stopped: false });
  });

  it('remembers that whoever has set it could not be told', async () => {
    const { store, poster } = await startBot(open);
    discord.channels.closed.add(SETTER);
    now = (await store.set(KEY, settings())).at;
    channel.denied = SEND_MESSAGES;
    await poster.poll();
    expect(await store.get(KEY)).toMatchObject({ refusals: 1, told: false });
  });

  it('that is set to a later hour after it has come begins on the next day', async () => {
    const { store, poster } = await startBot(open);
    now = (await store.set(KEY, settings())).at;
    await poster.poll();
    const next = await store.set(KEY, settings({ minute: 20 * 60 }));
    expect(next.day).toBe('2026-11-27');
    now += 12 * HOUR;
    await poster.poll();
    expect(channel.messages).toHaveLength(1);
  });

  it('that could not be posted comes the same day at a later hour that is set', async () => {
    const { store, poster } = await startBot(open);
    now = (await store.set(KEY, settings())).at;
    channel.denied = SEND_MESSAGES;
    await poster.poll();
    channel.denied = 0n;
    const next = await store.set(KEY, settings({ minute: 20 * 60 }));
    expect(next.day).toBe('2026-11-26');
    now = next.at;
    await poster.poll();
    expect(channel.messages).toHaveLength(1);
  });

  it('ends with its settings, and is forgotten with its setter', async () => {
    const { store, poster } = await startBot(open);
    now = (await store.set(KEY, settings())).at;
    await store.set({ bot: '9', guild: '4' }, settings({ setter: '5' }));
    expect(await store.forget(SETTER)).toBe(1);
    expect(await store.get(KEY)).toBeNull();
    expect(await store.remove({ bot: '9', guild: '4' })).toBe(true);
    expect(await store.remove({ bot: '9', guild: '4' })).toBe(false);
    await poster.poll();
    expect(channel.messages).toHaveLength(0);
  });

  it.each([
    ['ended', (store: DailyStore) => store.remove(KEY), 0, 0],
    ['forgotten with its setter', (store: DailyStore) => store.forget(SETTER), 0, 0],
    ['set to another hour', (store: DailyStore) => store.set(KEY, settings({ minute: 20 * 60 })), 0, 1],
  ] as const)(
    'that is being written when it is %s is not posted at its old hour',
    async (_how, change, old, later) => {
      const { store, poster, inference } = await startBot(open);
      now = (await store.set(KEY, settings())).at;
      const write = inference.write.bind(inference);
      inference.write = async (...order) => {
        await change(store);
        inference.write = write;
        return write(...order);
      };
      await poster.poll();
      expect(inference.orders).toHaveLength(1);
      expect(channel.messages).toHaveLength(old);
      now = Date.parse('2026-11-26T12:00:00Z');
      await poster.poll();
      expect(channel.messages).toHaveLength(later);
    },
  );

  it('leaves nothing behind: old posts, and settings that stopped a month ago', async () => {
    const { store, poster } = await startBot(open);
    const { at } = await store.set(KEY, settings());
    channel.denied = SEND_MESSAGES;
    for (let day = 0; day < 3; day++) {
      now = at + day * DAY;
      await poster.poll();
    }
    now += 32 * DAY;
    await poster.poll();
    expect(await store.get(KEY)).toBeNull();
    expect(await store.database.query('SELECT day FROM daily_posts')).toEqual([]);
  });
});

it('buttons under a daily poem belong to nobody', async () => {
  const { store, poster } = await startBot(() => new SqliteDatabase(join(folder, 'a.db')));
  now = (await store.set(KEY, settings())).at;
  await poster.poll();
  const ids = channel.messages[0]?.components?.[0]?.components.map(({ custom_id = '' }) => custom_id) ?? [];
  const codec = new ButtonCodec(discord.token);
  expect(ids.map((id) => codec.decode(id)?.action)).toEqual(['again', 'form', 'report', 'card', 'keep']);
  expect(new Set(ids.map((id) => codec.decode(id)?.asker))).toEqual(new Set(['0']));
});
