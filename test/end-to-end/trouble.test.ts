import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { texts } from '../../src/bot/locale.ts';
import type { ClientInteraction } from '../discord/client-interaction.ts';
import type { Fault } from '../discord/loopback.ts';
import { writeTinyCheckpoint } from '../model/tiny-checkpoint.ts';
import { Harness, SLOW } from './harness.ts';
import { PATIENCE_MS, type Program } from './program.ts';

const CALLBACK = /^\/interactions\/\d+\/[^/]+\/callback$/;
const WEBHOOK = /^\/webhooks\//;
const SENTENCES = texts('en-US').sentences;

let harness: Harness;

beforeAll(async () => {
  harness = await Harness.open({ heartbeatMs: 500 });
  await harness.register();
});
afterAll(() => harness.close());
afterEach(() => harness.stopAll());

function fault(method: string, path: RegExp, how: Fault['how'], times = 1): void {
  harness.discord.faults.push({ method, path, how, times });
}

const ask = (): ClientInteraction => harness.user().use('poem', { opening: '月' });

/** A poem that is more than three times as long. */
const askAtLength = (): ClientInteraction =>
  harness.user().use('acrostic', { heads: '月明如水照山河今夜無人獨上樓' });

const hasPoem = ({ messages }: ClientInteraction): boolean =>
  messages.some(({ embeds }) => embeds?.length === 1);

async function poemOf(interaction: ClientInteraction): Promise<string> {
  // A notice about the queue may come before the poem.
  const message = await interaction.until(({ messages }) =>
    messages.find(({ embeds }) => embeds?.length === 1),
  );
  return message.embeds?.[0]?.description ?? '';
}

async function expectPoem(interaction: ClientInteraction): Promise<void> {
  expect(await poemOf(interaction)).toMatch(/^## 月\p{Script=Han}{6}，\p{Script=Han}{7}。\n## /u);
}

/** The answer to {@link askAtLength}, whose lines stand one by one. */
async function expectLongPoem(interaction: ClientInteraction): Promise<void> {
  expect(await poemOf(interaction)).toMatch(/^## 月\p{Script=Han}{6}，\n## 明/u);
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

async function expectHealth(bot: Program, status: number): Promise<void> {
  const statusNow = async () => (await health(bot)).status;
  await expect.poll(statusNow, { timeout: PATIENCE_MS, interval: 50 }).toBe(status);
}

describe('an answer arrives', () => {
  it.each<[string, Fault['how'], number]>([
    ['whose deferral is confirmed late', { kind: 'late', ms: 4000 }, 1],
    ['whose deferral is never confirmed', { kind: 'lost' }, 1],
    ['whose deferral is rate limited', { kind: 'status', status: 429, retryAfter: 0.3 }, 2],
    ['whose deferral meets a fault of the server', { kind: 'status', status: 502 }, 2],
    ['whose deferral meets a broken connection', { kind: 'reset' }, 1],
  ])('%s', async (_, how, times) => {
    await harness.serve();
    fault('POST', CALLBACK, how, times);
    await expectPoem(ask());
  });

  it.each<[string, Fault['how'], number]>([
    ['that is rate limited', { kind: 'status', status: 429, retryAfter: 0.5 }, 3],
    ['that meets a fault of the server, again and again', { kind: 'status', status: 503 }, 9],
    ['that meets a broken connection', { kind: 'reset' }, 2],
    ['that is taken but not confirmed', { kind: 'late', ms: 1000 }, 1],
  ])('%s', async (_, how, times) => {
    await harness.serve();
    fault('PATCH', WEBHOOK, how, times);
    await expectPoem(ask());
  });

  it('although the gateway connection breaks while the poem is written', async () => {
    const bot = await harness.serve(SLOW);
    const asked = Array.from({ length: 30 }, ask);
    await asked[0]?.acknowledged();
    harness.discord.gateway.dropAll();
    await Promise.all(asked.map((one) => expectPoem(one)));
    await bot.logged('Shard resumed');
    expect(harness.discord.gateway.log.at(-1)).toBe('resume');
    await expectPoem(ask());
  });

  it('to a request from the time when the connection was down, which Discord replays', async () => {
    const bot = await harness.serve();
    harness.discord.gateway.dropAll();
    const asked = ask();
    await bot.logged('Shard resumed');
    await expectPoem(asked);
  });

  it('after the server asked to reconnect, and after it forgot the session', async () => {
    const bot = await harness.serve();
    harness.discord.gateway.askToReconnect();
    await bot.logged('Shard resumed');
    await expectPoem(ask());
    harness.discord.gateway.forget();
    harness.discord.gateway.dropAll();
    await expect.poll(() => harness.discord.gateway.sessions.length, { timeout: PATIENCE_MS }).toBe(1);
    await expectPoem(ask());
  });
});

describe('what cannot be answered', () => {
  it('is dropped when Discord accepts no answer any more, and nothing else is', async () => {
    const bot = await harness.serve();
    fault('POST', CALLBACK, { kind: 'status', status: 429, retryAfter: 5 });
    const given = ask();
    await bot.until(({ log }) => log.some(({ msg, outcome }) => msg === 'interaction' && outcome !== 'done'));
    expect(given.messages).toEqual([]);
    await expectPoem(ask());
  });
});

describe('malformed packets', () => {
  it('do not end the bot', async () => {
    const bot = await harness.serve();
    const nonsense = [
      {},
      { type: 2 },
      { type: 99, id: '1', token: 'x' },
      { type: 3, id: '1', token: 'x', data: {} },
    ];
    for (const packet of nonsense) harness.discord.gateway.dispatch('INTERACTION_CREATE', packet, null);
    await expectPoem(ask());
    await bot.until(({ log }) => log.some(({ msg }) => /understood|unexpected kind|Unhandled/.test(msg)));
    expect(bot.running).toBe(true);
  });
});

describe('a silent gateway', () => {
  it('makes the bot unhealthy, until it has a new connection', async () => {
    const bot = await harness.serve({ HTTP_PORT: '0' });
    expect(await health(bot)).toMatchObject({ status: 200, healthy: true, shards: [{ status: 'Ready' }] });
    harness.discord.gateway.silent = true;
    harness.discord.gateway.mute = true;
    try {
      await expectHealth(bot, 503);
    } finally {
      harness.discord.gateway.silent = false;
      harness.discord.gateway.mute = false;
    }
    harness.discord.gateway.dropAll();
    await expectHealth(bot, 200);
    await expectPoem(ask());
  });
});

describe('many at once', () => {
  it('are all deferred before most poems are written, and all answered', async () => {
    await harness.serve(SLOW);
    const before = harness.discord.requests.length;
    const asked = Array.from({ length: 60 }, askAtLength);
    await Promise.all(asked.map((one) => one.acknowledged()));
    const answered = asked.filter(({ messages }) => messages[0]?.loading === false);
    expect(answered.length).toBeLessThan(asked.length / 2);
    await Promise.all(asked.map((one) => expectLongPoem(one)));
    expect(harness.discord.requests.slice(before).filter(({ status }) => status >= 400)).toEqual([]);
  });

  it('of one user wait in the queue up to a limit, and beyond it are refused, to that user only', async () => {
    await harness.serve({ ...SLOW, USER_RUNNING: '1', USER_WAITING: '2' });
    const user = harness.user();
    const asked = Array.from({ length: 6 }, () => user.use('poem', { opening: '月' }));
    const answers = await Promise.all(asked.map((one) => one.answer()));
    const refused = answers.filter(({ ephemeral }) => ephemeral);
    expect(refused).toHaveLength(3);
    for (const { content } of refused) expect(content).toContain(SENTENCES['user-busy']);
    // The public deferred message of a refused request has been deleted.
    for (const { messages } of asked) expect(messages).toHaveLength(1);
  });

  it('see their place in the queue when the wait is long', async () => {
    await harness.serve(SLOW);
    const notice = /^You are number \d+ in the queue, about \d+ s to go\.$/;
    const isTold = ({ messages }: ClientInteraction) => notice.test(messages[0]?.content ?? '');
    // A fast machine writes a hundred poems before the wait is long.
    let last = askAtLength();
    let told = false;
    for (let others = 100; others <= 400 && !told; others *= 2) {
      for (let i = 0; i < others; i++) askAtLength();
      last = askAtLength();
      const seen = await last.until((one) => (isTold(one) ? 'notice' : hasPoem(one) && 'poem'));
      told = seen === 'notice';
    }
    expect(told).toBe(true);
    const poem = await last.until(({ messages }) => messages.find(({ embeds }) => embeds?.length === 1));
    expect(poem.embeds?.[0]?.description).toMatch(/^## 月/);
    // The poem has replaced the notice.
    expect(last.messages).toEqual([poem]);
    expect(poem.content ?? '').toBe('');
  });
});

describe('a signal to stop', () => {
  it('lets the bot finish every poem under way, refuse new requests, and exit with 0', async () => {
    const bot = await harness.serve(SLOW);
    const asked = Array.from({ length: 40 }, ask);
    await Promise.all(asked.map((one) => one.acknowledged()));
    bot.signal('SIGTERM');
    await bot.logged('Stopping');
    for (const late of [ask(), harness.user().use('help')]) {
      expect(await late.answer()).toMatchObject({ ephemeral: true, content: SENTENCES.closing });
    }
    expect(await bot.exit()).toBe(0);
    for (const one of asked) await expectPoem(one);
    expect(bot.log.at(-1)).toMatchObject({ msg: 'Stopped', dropped: 0 });
    expect(harness.discord.gateway.connections).toBe(0);
  });

  it('lets the bot drop what it cannot finish, and tell everyone concerned', async () => {
    await writeTinyCheckpoint(harness.checkpoints, 'huge', { seed: 1, sizes: { hidden: 1152 } });
    const bot = await harness.serve({ ...SLOW, CHECKPOINT: 'huge', QUEUE_LIMIT: '2000' });
    // The first poem takes longer than others.
    await expectLongPoem(askAtLength());
    const before = performance.now();
    await expectLongPoem(askAtLength());
    const seconds = (performance.now() - before) / 1000;
    // They take half a minute to write, longer than the ten seconds that a stop may take.
    const asked = Array.from({ length: Math.min(1500, Math.ceil(30 / seconds)) }, askAtLength);
    await Promise.all(asked.map((one) => one.acknowledged()));
    // On a busy machine the ten seconds may be too short even for the first one.
    await Promise.any(asked.map((one) => one.until(hasPoem)));
    bot.signal('SIGTERM');
    expect(await bot.exit()).toBe(0);
    expect(bot.log.at(-1)).toMatchObject({ msg: 'Stopped' });
    expect(bot.log.at(-1)?.dropped).toBeGreaterThan(0);
    const said = (one: ClientInteraction) =>
      one.messages.some(({ content }) => content === SENTENCES.closing);
    expect(asked.filter((one) => said(one) === hasPoem(one))).toEqual([]);
    expect(asked.some(said)).toBe(true);
    expect(asked.some(hasPoem)).toBe(true);
  });

  it('ends the bot even if the gateway never confirms the close', async () => {
    const bot = await harness.serve();
    harness.discord.gateway.freeze();
    bot.signal('SIGTERM');
    expect(await bot.exit()).toBe(0);
    expect(bot.log.at(-1)).toMatchObject({ msg: 'Stopped' });
    // The gateway has not even read the close.
    expect(harness.discord.gateway.connections).toBe(1);
  });

  it('exits at once if it comes a second time', async () => {
    const bot = await harness.serve(SLOW);
    Array.from({ length: 100 }, ask);
    await bot.until(({ log }) => log.some(({ msg }) => msg === 'interaction'));
    bot.signal('SIGINT');
    await bot.logged('Stopping');
    bot.signal('SIGINT');
    expect(await bot.exit()).toBe(130);
    expect(bot.log.some(({ msg }) => msg === 'Stopped')).toBe(false);
  });
});

describe('an interaction that two processes get', () => {
  it('is answered with one poem by the faster one, and left to it by the other', async () => {
    const bots = [await harness.serve(), await harness.serve()];
    const interaction = ask();
    await expectPoem(interaction);
    const outcomes = await Promise.all(
      bots.map((bot) => bot.until(({ log }) => log.find(({ msg }) => msg === 'interaction')?.outcome)),
    );
    expect(outcomes.sort()).toEqual(['done', 'taken']);
    expect(interaction.messages).toHaveLength(1);
    expect(interaction.messages[0]?.edits).toBe(1);
  });
});
