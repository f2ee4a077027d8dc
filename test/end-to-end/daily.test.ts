import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LOCALES, say, texts } from '../../src/bot/locale.ts';
import { FILE } from '../../src/storage/open.ts';
import { SqliteDatabase } from '../../src/storage/sqlite.ts';
import { type Channel, SEND_MESSAGES } from '../discord/channels.ts';
import type { DiscordUser } from '../discord/user.ts';
import { Harness } from './harness.ts';
import type { Program } from './program.ts';

const HOUR = 3_600_000;

let harness: Harness;
let bot: Program;
let channel: Channel;
let closed: Channel;

beforeAll(async () => {
  harness = await Harness.open();
  const [guild = ''] = harness.discord.guilds;
  channel = harness.discord.channels.add(guild);
  closed = harness.discord.channels.add(guild, SEND_MESSAGES);
  await harness.register();
  bot = await harness.serve();
});
afterAll(() => harness.close());

async function set(user: DiscordUser, more: Record<string, string> = {}): Promise<string> {
  const answer = await user.use('daily set', { channel: channel.id, time: '08:00', ...more }).answer();
  expect(answer.ephemeral).toBe(true);
  return answer.content ?? '';
}

/** Changes what is stored, as if time had passed. */
async function store(sql: string, ...values: (string | number)[]) {
  const database = new SqliteDatabase(join(harness.checkpoints, 'data', FILE));
  const rows = await database.query(sql, values);
  await database.close();
  return rows;
}

async function kill(program: Program): Promise<void> {
  program.signal('SIGKILL');
  await program.exit();
}

describe.each(LOCALES)('/daily in %s', (locale) => {
  it('sets a daily poem, shows it, and ends it', async () => {
    const user = harness.user({ locale, manager: true });
    const { sentences, daily, choices } = texts(locale);
    expect((await user.use('daily show').answer()).content).toBe(sentences['daily-none']);
    const answered = await set(user, { timezone: 'Asia/Shanghai', form: 'wulv', theme: '山水' });
    const next = /<t:(\d+):F>/.exec(answered)?.[1] ?? '';
    const values = {
      time: '08:00',
      zone: 'Asia/Shanghai',
      channel: `<#${channel.id}>`,
      next: `<t:${next}:F>`,
    };
    expect(answered).toBe(say(locale, 'daily-set', values));
    expect(new Date(Number(next) * 1000).toISOString()).toMatch(/T00:00:00.000Z$/);
    const [shown] = (await user.use('daily show').answer()).embeds ?? [];
    expect(shown?.title).toBe(daily.title);
    for (const part of [
      `<#${channel.id}>`,
      `<@${user.id}>`,
      `<t:${next}:F>`,
      '08:00 (Asia/Shanghai)',
      choices.form.wulv,
      '山水',
    ]) {
      expect(shown?.description).toContain(part);
    }
    expect((await user.use('daily off').answer()).content).toBe(sentences['daily-off']);
    expect((await user.use('daily off').answer()).content).toBe(sentences['daily-none']);
  });

  it('refuses what cannot be, and changes nothing', async () => {
    const user = harness.user({ locale, manager: true });
    const { sentences, permissions } = texts(locale);
    expect(await set(user, { time: '25:00' })).toBe(say(locale, 'daily-time', { value: '25:00' }));
    expect(await set(user, { timezone: 'Mars' })).toBe(say(locale, 'daily-zone', { value: 'Mars' }));
    expect(await set(user, { theme: 'abc' })).toContain('a');
    expect(await set(user, { channel: closed.id })).toBe(
      say(locale, 'daily-missing', { channel: `<#${closed.id}>`, permissions: permissions.send }),
    );
    expect((await user.use('daily show').answer()).content).toBe(sentences['daily-none']);
  });

  it('is named by /privacy, and ended by /forget-me of its setter alone', async () => {
    const user = harness.user({ locale, manager: true });
    const { sentences } = texts(locale);
    await set(user);
    expect((await user.use('privacy').answer()).content).toBe(sentences.privacy);
    const stranger = harness.user({ locale });
    expect((await stranger.use('forget-me').answer()).content).toBe(say(locale, 'forgotten', { count: 0 }));
    expect((await user.use('forget-me').answer()).content).toBe(
      [say(locale, 'forgotten', { count: 0 }), say(locale, 'forgotten-daily', { count: 1 })].join('\n'),
    );
    expect((await user.use('daily show').answer()).content).toBe(sentences['daily-none']);
  });

  it('says what keeps it from posting, and that its setter could not be told', async () => {
    const user = harness.user({ locale, manager: true });
    await set(user);
    for (const [refusals, stopped, key] of [
      [2, 0, 'daily-refused'],
      [3, 1, 'daily-has-stopped'],
    ] as const) {
      await store('UPDATE daily SET refusals = ?, stopped = ?', refusals, stopped);
      const [shown] = (await user.use('daily show').answer()).embeds ?? [];
      expect(shown?.description).toContain(say(locale, key, { days: refusals, limit: 3 }));
      expect(shown?.description).toContain(say(locale, 'daily-untold', { user: `<@${user.id}>` }));
    }
    await user.use('daily off').answer();
  });
});

describe('/daily', () => {
  it('is offered to managers in servers alone, and completes time zones', async () => {
    expect(() => harness.user().use('daily show')).toThrow('not offered to them');
    expect(() => harness.user({ guild: null, manager: true }).use('daily show')).toThrow('not offered here');
    const completion = harness.user({ manager: true }).type('daily set', 'timezone', 'berl');
    await completion.acknowledged();
    expect(completion.choices?.map(({ value }) => value)).toEqual(['Europe/Berlin']);
  });
});

describe('a daily poem', () => {
  const user = () => harness.user({ locale: 'zh-CN', manager: true });
  const posted = () => channel.messages.length;
  const makeDue = (agoMs: number) => store('UPDATE daily SET next_at = ?', Date.now() - agoMs);

  afterEach(async () => {
    await store('DELETE FROM daily');
    await store('DELETE FROM daily_posts');
    channel.messages.length = 0;
  });

  it('is posted at its hour, with buttons that work for everyone', async () => {
    await set(user(), { timezone: 'Asia/Shanghai', form: 'wujue', theme: '山水' });
    await makeDue(0);
    await expect.poll(posted, { timeout: 60_000 }).toBe(1);
    const [message] = channel.messages;
    if (!message) throw new Error('nothing was posted');
    expect(message.content).toMatch(/^每日一诗 · \d+年\d+月\d+日/u);
    const shown = { ...message, ephemeral: false, loading: false, files: [], edits: 0 };
    const another = harness.user().press(shown, 0);
    expect((await another.answer()).embeds?.[0]?.description).not.toBe(message.embeds?.[0]?.description);
    expect(another.acknowledgement).toBe(5);
    const card = await harness.user().press(shown, 3).answer();
    expect(card.files[0]?.name).toBe('poem.png');
  });

  it('comes when the bot returns, once, however many processes come back', async () => {
    await set(user());
    await kill(bot);
    await makeDue(HOUR);
    const second = harness.serve();
    [bot] = await Promise.all([harness.serve(), second]);
    await expect.poll(posted, { timeout: 60_000 }).toBe(1);
    await kill(await second);
    await kill(bot);
    bot = await harness.serve();
    await bot.until(() => true);
    expect(posted()).toBe(1);
  });

  it('is not posted again by a process that was killed before it knew of its post', async () => {
    await set(user());
    harness.discord.faults.push({ method: 'POST', path: /messages/, times: 1, how: { kind: 'lost' } });
    await makeDue(0);
    await expect.poll(posted, { timeout: 60_000 }).toBe(1);
    await kill(bot);
    expect(await store('SELECT state FROM daily_posts')).toEqual([{ state: 'sending' }]);
    // As if two minutes had passed.
    await store('UPDATE daily_posts SET held_at = held_at - 120000');
    bot = await harness.serve();
    await bot.logged('daily poem');
    expect(posted()).toBe(1);
    expect(await store('SELECT state FROM daily_posts')).toEqual([{ state: 'posted' }]);
  });

  it('is posted by the next process if one was killed before its post', async () => {
    await set(user());
    await kill(bot);
    await makeDue(HOUR);
    const [row] = await store('SELECT bot, guild, next_day FROM daily');
    await store(
      "INSERT INTO daily_posts VALUES (?, ?, ?, 'claimed', 'dead', ?)",
      ...[String(row?.bot), String(row?.guild), String(row?.next_day), Date.now() - HOUR],
    );
    bot = await harness.serve();
    await expect.poll(posted, { timeout: 60_000 }).toBe(1);
  });

  it('may not be posted: its setter is told', async () => {
    const setter = user();
    await set(setter);
    channel.denied = SEND_MESSAGES;
    await makeDue(0);
    await expect.poll(() => harness.discord.channels.toldTo(setter.id).length, { timeout: 60_000 }).toBe(1);
    channel.denied = 0n;
    const [shown] = (await setter.use('daily show').answer()).embeds ?? [];
    expect(shown?.description).toContain(say('zh-CN', 'daily-refused', { days: 1, limit: 3 }));
  });
});

describe('without storage', () => {
  it('/daily says so', async () => {
    await kill(bot);
    const file = join(harness.checkpoints, 'no-folder');
    await mkdir(harness.checkpoints, { recursive: true });
    await writeFile(file, '');
    bot = await harness.serve({ DATA_DIR: file });
    const user = harness.user({ manager: true });
    const { sentences } = texts('en-US');
    expect(await set(user)).toBe(sentences['daily-storage-none']);
    expect((await user.use('daily show').answer()).content).toBe(sentences['daily-storage-none']);
    expect(harness.discord.unexpectedErrors).toEqual([]);
  });
});
