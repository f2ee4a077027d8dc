import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { texts } from '../../src/bot/locale.ts';
import type { Encounter } from '../discord/encounter.ts';
import type { Fault } from '../discord/loopback.ts';
import type { Program } from './program.ts';
import { SLOW, Stage } from './stage.ts';

const CALLBACK = /^\/interactions\/\d+\/[^/]+\/callback$/;
const WEBHOOK = /^\/webhooks\//;
const SENTENCES = texts('en-US').sentences;

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ heartbeatMs: 500 });
  await stage.register();
});
afterAll(() => stage.close());
afterEach(() => stage.stopAll());

function fault(method: string, path: RegExp, how: Fault['how'], times = 1): void {
  stage.discord.faults.push({ method, path, how, times });
}

const ask = (): Encounter => stage.person().use('poem', { opening: '月' });

/** More than three times as much to write. */
const askAtLength = (): Encounter =>
  stage.person().use('acrostic', { heads: '月明如水照山河今夜無人獨上樓' });

async function showsAPoem(encounter: Encounter, limitMs?: number): Promise<void> {
  const message = await encounter.answer(limitMs);
  expect(message.embeds?.[0]?.description).toMatch(/^## 月\p{Script=Han}{6}，\p{Script=Han}{7}。\n## /u);
}

async function health(
  bot: Program,
): Promise<{ status: number; healthy: boolean; shards: { status: string }[] }> {
  const { port } = await bot.logged('Health and metrics');
  const response = await fetch(`http://127.0.0.1:${port}/healthz`);
  return {
    status: response.status,
    ...((await response.json()) as { healthy: boolean; shards: { status: string }[] }),
  };
}

async function healthTurns(bot: Program, status: number): Promise<void> {
  await expect.poll(async () => (await health(bot)).status, { timeout: 15_000, interval: 50 }).toBe(status);
}

describe('an answer arrives', () => {
  it.each<[string, Fault['how'], number]>([
    ['whose deferral is confirmed late', { kind: 'late', ms: 4000 }, 1],
    ['whose deferral is never confirmed', { kind: 'lost' }, 1],
    ['whose deferral is rate limited', { kind: 'status', status: 429, retryAfter: 0.3 }, 2],
    ['whose deferral meets a fault of the server', { kind: 'status', status: 502 }, 2],
    ['whose deferral meets a broken connection', { kind: 'reset' }, 1],
  ])('%s', async (_, how, times) => {
    await stage.serve();
    fault('POST', CALLBACK, how, times);
    await showsAPoem(ask());
  });

  it.each<[string, Fault['how'], number]>([
    ['that is rate limited', { kind: 'status', status: 429, retryAfter: 0.5 }, 3],
    ['that meets a fault of the server, again and again', { kind: 'status', status: 503 }, 9],
    ['that meets a broken connection', { kind: 'reset' }, 2],
    ['that is taken but not confirmed', { kind: 'late', ms: 1000 }, 1],
  ])('%s', async (_, how, times) => {
    await stage.serve();
    fault('PATCH', WEBHOOK, how, times);
    await showsAPoem(ask());
  });

  it('though the gateway’s connection breaks while the poem is written', async () => {
    const bot = await stage.serve(SLOW);
    const asked = Array.from({ length: 30 }, ask);
    await asked[0]?.acknowledged();
    stage.discord.gateway.dropAll();
    await Promise.all(asked.map((one) => showsAPoem(one)));
    await bot.logged('Shard resumed');
    expect(stage.discord.gateway.log.at(-1)).toBe('resume');
    await showsAPoem(ask());
  });

  it('to what was asked while the connection was down, which is replayed', async () => {
    const bot = await stage.serve();
    stage.discord.gateway.dropAll();
    const asked = ask();
    await bot.logged('Shard resumed');
    await showsAPoem(asked);
  });

  it('after the server asked to reconnect, and after it forgot the session', async () => {
    const bot = await stage.serve();
    stage.discord.gateway.askToReconnect();
    await bot.logged('Shard resumed');
    await showsAPoem(ask());
    stage.discord.gateway.forget();
    stage.discord.gateway.dropAll();
    await expect.poll(() => stage.discord.gateway.sessions.length, { timeout: 15_000 }).toBe(1);
    await showsAPoem(ask());
  });
});

describe('what cannot be answered', () => {
  it('is let go when Discord has given it up, and only it', async () => {
    const bot = await stage.serve();
    fault('POST', CALLBACK, { kind: 'status', status: 429, retryAfter: 5 });
    const given = ask();
    await bot.until(({ log }) => log.some(({ msg, outcome }) => msg === 'interaction' && outcome !== 'done'));
    expect(given.messages).toEqual([]);
    await showsAPoem(ask());
  });
});

describe('packets that make no sense', () => {
  it('end nothing', async () => {
    const bot = await stage.serve();
    const nonsense = [
      {},
      { type: 2 },
      { type: 99, id: '1', token: 'x' },
      { type: 3, id: '1', token: 'x', data: {} },
    ];
    for (const packet of nonsense) stage.discord.gateway.dispatch('INTERACTION_CREATE', packet, null);
    await showsAPoem(ask());
    await bot.until(({ log }) => log.some(({ msg }) => /understood|never asked|nobody handled/.test(msg)));
    expect(bot.running).toBe(true);
  });
});

describe('a silent gateway', () => {
  it('is noticed, and left for a new connection', async () => {
    const bot = await stage.serve({ HTTP_PORT: '0' });
    expect(await health(bot)).toMatchObject({ status: 200, healthy: true, shards: [{ status: 'Ready' }] });
    stage.discord.gateway.silent = true;
    stage.discord.gateway.mute = true;
    await healthTurns(bot, 503);
    stage.discord.gateway.silent = false;
    stage.discord.gateway.mute = false;
    stage.discord.gateway.dropAll();
    await healthTurns(bot, 200);
    await showsAPoem(ask());
  });
});

describe('many at once', () => {
  it('are deferred within a second, and all answered', async () => {
    await stage.serve();
    const asked = Array.from({ length: 100 }, ask);
    const before = stage.discord.requests.length;
    const waits = await Promise.all(asked.map((one) => one.acknowledged()));
    expect(Math.max(...waits)).toBeLessThan(1000);
    await Promise.all(asked.map((one) => showsAPoem(one)));
    expect(stage.discord.requests.slice(before).filter(({ status }) => status >= 400)).toEqual([]);
  });

  it('of one person wait their turn, and are refused beyond it, to that person alone', async () => {
    await stage.serve({ ...SLOW, USER_RUNNING: '1', USER_WAITING: '2' });
    const person = stage.person();
    const asked = Array.from({ length: 6 }, () => person.use('poem', { opening: '月' }));
    const answers = await Promise.all(asked.map((one) => one.answer()));
    const refused = answers.filter(({ ephemeral }) => ephemeral);
    expect(refused).toHaveLength(3);
    for (const { content } of refused) expect(content).toContain(SENTENCES['user-busy']);
    // The promise that everybody saw has been taken back.
    for (const { messages } of asked) expect(messages).toHaveLength(1);
  });

  it('see their place in the queue when the wait is long', async () => {
    await stage.serve(SLOW);
    const asked = Array.from({ length: 150 }, askAtLength);
    const shown = asked.at(-1)?.until(({ messages }) => messages[0]?.content, 10_000);
    expect(await shown).toMatch(/^You are number \d+ in the queue, about \d+ s to go\.$/);
    await expect
      .poll(() => asked.at(-1)?.messages[0]?.embeds?.[0]?.description ?? '', { timeout: 30_000 })
      .toMatch(/^## 月/);
    // The notice is gone once there is a poem.
    expect(asked.at(-1)?.messages[0]?.content ?? '').toBe('');
  }, 60_000);
});

describe('being told to stop', () => {
  it('finishes every poem under way, turns new ones away, and exits with 0', async () => {
    const bot = await stage.serve(SLOW);
    const asked = Array.from({ length: 40 }, ask);
    await Promise.all(asked.map((one) => one.acknowledged()));
    bot.signal('SIGTERM');
    await bot.logged('Stopping');
    for (const late of [ask(), stage.person().use('help')]) {
      expect(await late.answer()).toMatchObject({ ephemeral: true, content: SENTENCES.closing });
    }
    const since = performance.now();
    expect(await bot.exit()).toBe(0);
    expect(performance.now() - since).toBeLessThan(10_000);
    for (const one of asked) await showsAPoem(one, 0);
    await bot.exit();
    expect(bot.log.at(-1)).toMatchObject({ msg: 'Stopped', dropped: 0 });
    expect(stage.discord.gateway.connections).toBe(0);
  });

  it('gives up after ten seconds what is not finished, and tells everybody so', async () => {
    const bot = await stage.serve({ ...SLOW, GUILD_PER_MINUTE: '1000' });
    const asked = Array.from({ length: 500 }, askAtLength);
    await Promise.all(asked.map((one) => one.acknowledged()));
    const since = performance.now();
    bot.signal('SIGTERM');
    expect(await bot.exit()).toBe(0);
    expect(performance.now() - since).toBeLessThan(10_500);
    const said = (one: Encounter) => one.messages.some(({ content }) => content === SENTENCES.closing);
    const showed = (one: Encounter) => one.messages.some(({ embeds }) => embeds?.length === 1);
    expect(asked.filter((one) => said(one) === showed(one))).toEqual([]);
    expect(asked.some(said)).toBe(true);
    expect(asked.some(showed)).toBe(true);
  }, 60_000);

  it('does not wait for the goodbye of a gateway that is dead', async () => {
    const bot = await stage.serve();
    stage.discord.gateway.freeze();
    const since = performance.now();
    bot.signal('SIGTERM');
    expect(await bot.exit()).toBe(0);
    expect(performance.now() - since).toBeLessThan(10_500);
  }, 20_000);

  it('twice exits at once', async () => {
    const bot = await stage.serve(SLOW);
    Array.from({ length: 100 }, ask);
    await bot.until(({ log }) => log.some(({ msg }) => msg === 'interaction'));
    bot.signal('SIGINT');
    await bot.logged('Stopping');
    const since = performance.now();
    bot.signal('SIGINT');
    expect(await bot.exit()).toBe(130);
    expect(performance.now() - since).toBeLessThan(1000);
  });
});
