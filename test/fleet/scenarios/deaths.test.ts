/** Processes die or stand still. Numbers in the titles are those of the scenarios in docs/scale.md. */

import { expect, it } from 'vitest';
import { describeFleet, expectPoems, type Fleet, sentenceOf, useFleet } from '../fleet.ts';

let fleet: Fleet;

const SLOW = { tickMs: 40 };

describeFleet('a fleet loses no poem', () => {
  useFleet((opened) => {
    fleet = opened;
  });

  it('1: if an engine is killed with 64 poems under way', async () => {
    // The second engine stands still until the slow one has all orders.
    const other = await fleet.engine({ BATCH_ROWS: '64' });
    other.signal('SIGSTOP');
    const victim = await fleet.engine({ BATCH_ROWS: '64' }, { tickMs: 100 });
    await fleet.bot(0);
    const asked = Array.from({ length: 64 }, () => fleet.ask(0));
    await expect.poll(() => underway(), { timeout: 60_000, interval: 20 }).toBe(64);
    other.signal('SIGCONT');
    victim.signal('SIGKILL');
    const killedAt = performance.now();
    await expectPoems(asked);
    console.log(`1: all 64 answered ${Math.round(performance.now() - killedAt)} ms after the death`);
    expect(performance.now() - killedAt).toBeLessThan(5_000 * MACHINE);
  });

  it('2: if an engine is stopped for five seconds and then goes on', async () => {
    const stopped = await fleet.engine({}, SLOW);
    await fleet.bot(0);
    const asked = Array.from({ length: 8 }, (_, seed) => fleet.ask(0, seed));
    await expect.poll(() => underway(), { timeout: 60_000, interval: 20 }).toBe(8);
    await fleet.engine();
    stopped.signal('SIGSTOP');
    await sleep(5_000);
    stopped.signal('SIGCONT');
    await expectPoems(asked);
    await sleep(2_500);
    for (const { messages } of asked) expect(messages).toHaveLength(1);
    expect(fleet.harness.discord.unexpectedErrors).toEqual([]);
  });

  it('3: if the bot that took the order is killed', async () => {
    await fleet.engine({}, SLOW);
    const victim = await fleet.bot(0);
    await fleet.bot(1);
    const asked = Array.from({ length: 16 }, () => fleet.ask(0));
    await Promise.all(asked.map((one) => one.acknowledged()));
    victim.signal('SIGKILL');
    await expectPoems(asked);
  });

  it('3: if the bot that took the order stands still, which does not cover the answer of another when it goes on', async () => {
    const stopped = await fleet.bot(0);
    await fleet.bot(1);
    const asked = fleet.ask(0);
    await asked.until(({ messages }) => messages.some(({ content }) => content));
    stopped.signal('SIGSTOP');
    await fleet.engine();
    await expectPoems([asked]);
    stopped.signal('SIGCONT');
    // Notices of the wait are given every two seconds.
    await sleep(5_000);
    await expectPoems([asked]);
  });

  it('3: if a limit held an order back when its bot was killed, which says so after its deadline', async () => {
    const engine = await fleet.engine();
    const limited = { USER_RUNNING: '1', DEADLINE_SECONDS: '8' };
    const victim = await fleet.bot(0, limited);
    await fleet.bot(1);
    engine.signal('SIGSTOP');
    const user = fleet.user(0);
    const [first, held] = [0, 1].map((seed) => user.use('poem', { opening: '月', seed }));
    if (!first || !held) throw new Error('nothing was asked');
    await Promise.all([first, held].map((one) => one.acknowledged()));
    const isHeld = () => fleet.redis.client.keys('{shiren}:deliver:held-*').then(({ length }) => length);
    await expect.poll(isHeld, { timeout: 10_000, interval: 20 }).toBe(1);
    victim.signal('SIGKILL');
    engine.signal('SIGCONT');
    await expectPoems([first]);
    await held.until(({ messages }) => messages.some(({ ephemeral, loading }) => ephemeral && !loading));
    expect(held.messages[0]?.content).toMatch(/again/u);
  });

  it('4: if both are killed', async () => {
    const engine = await fleet.engine({}, SLOW);
    const bot = await fleet.bot(0);
    await fleet.bot(1);
    const asked = Array.from({ length: 16 }, () => fleet.ask(0));
    await Promise.all(asked.map((one) => one.acknowledged()));
    await fleet.engine();
    bot.signal('SIGKILL');
    engine.signal('SIGKILL');
    await expectPoems(asked);
  });

  it('9: if one order kills every engine that writes it, and only that order is given up', async () => {
    const poison = { seed: 666_666 };
    const engines = await Promise.all([fleet.engine({}, poison), fleet.engine({}, poison)]);
    await fleet.bot(0);
    const revive = setInterval(() => {
      for (const [at, engine] of engines.entries()) {
        if (!engine.running) engines[at] = fleet.startEngine({}, poison);
      }
    }, 200);
    try {
      const good = Array.from({ length: 16 }, () => fleet.ask(0));
      const bad = fleet.ask(0, poison.seed);
      const more = Array.from({ length: 15 }, () => fleet.ask(0));
      await expectPoems([...good, ...more]);
      expect(await sentenceOf(bad)).toMatch(/given up/u);
    } finally {
      clearInterval(revive);
    }
  });
});

/** How many times slower this machine may be than the one that a limit was set for: other work may run beside. */
const MACHINE = 4;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function underway(): Promise<number> {
  return await fleet.redis.client.llen('{shiren}:write:active');
}
