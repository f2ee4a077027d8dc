/** Redis dies, comes back, comes back empty, or cannot be reached. */

import { expect, it } from 'vitest';
import type { ClientInteraction } from '../../discord/client-interaction.ts';
import { describeFleet, expectPoems, Fleet, sentenceOf, useFleet } from '../fleet.ts';
import { RedisProxy } from '../redis-proxy.ts';
import { RedisServer } from '../redis-server.ts';

let fleet: Fleet;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks for poems at a steady rate until it is stopped. Returns those that Discord was told of. */
function askSteadily(everyMs: number) {
  const asked: ClientInteraction[] = [];
  const timer = setInterval(() => asked.push(fleet.ask(0)), everyMs);
  return {
    asked,
    stop: () => clearInterval(timer),
  };
}

const hasPoem = ({ messages }: ClientInteraction) => messages.some(({ embeds }) => embeds?.length === 1);

describeFleet('a fleet with a Redis in trouble', () => {
  useFleet((opened) => {
    fleet = opened;
  });

  it('5: loses nothing that was kept if Redis is killed and back after two seconds', async () => {
    await fleet.engine({}, { tickMs: 20 });
    await fleet.bot(0);
    const { asked, stop } = askSteadily(50);
    await sleep(2_000);
    const before = [...asked];
    await fleet.redis.kill();
    await sleep(2_000);
    await fleet.redis.run();
    await sleep(2_000);
    stop();
    await expectPoems(before);
    // Those who asked while Redis was away have a poem, or were told within three seconds.
    const others = asked.slice(before.length);
    const wasTold = ({ messages }: ClientInteraction) =>
      messages.some(({ content }) => /cannot be reached/u.test(content ?? ''));
    await Promise.all(others.map((one) => one.until((seen) => hasPoem(seen) || wasTold(seen))));
    const told = others.filter(wasTold);
    console.log(
      `5: ${before.length} before, ${others.length} meanwhile and after, ${told.length} told to try again`,
    );
  });

  it('5: refuses what it cannot keep, and defers nothing that would be lost with its bot', async () => {
    await fleet.engine();
    await fleet.bot(0);
    await expectPoems([fleet.ask(0)]);
    const user = fleet.user(0);
    fleet.redis.pause();
    const asked = user.use('poem', { opening: '月' });
    expect(await sentenceOf(asked)).toMatch(/cannot be reached/u);
    expect(asked.history.filter((shown) => shown.includes('thinking'))).toEqual([]);
    fleet.redis.resume();
    // What reaches Redis late is cancelled.
    await sleep(2_000);
    expect(asked.messages).toHaveLength(1);
    expect(hasPoem(asked)).toBe(false);
    await expectPoems([user.use('poem', { opening: '月' })]);
  });

  it('6: writes what living bots had asked for if Redis comes back empty', async () => {
    await fleet.engine({}, { tickMs: 40 });
    await fleet.bot(0);
    const asked = Array.from({ length: 40 }, () => fleet.ask(0));
    await Promise.all(asked.map((one) => one.acknowledged()));
    await fleet.redis.kill();
    await fleet.redis.empty();
    await fleet.redis.run();
    await expectPoems(asked);
    // The limiters, which Redis has forgotten too, let the next one through.
    await expectPoems([fleet.ask(0)]);
  });

  it('6: and if it is emptied while it runs', async () => {
    await fleet.engine({}, { tickMs: 40 });
    await fleet.bot(0);
    const asked = Array.from({ length: 40 }, () => fleet.ask(0));
    await Promise.all(asked.map((one) => one.acknowledged()));
    await fleet.redis.client.flushall();
    await expectPoems(asked);
  });

  it('8: writes nothing twice if an engine is cut off from Redis for ten seconds', async () => {
    const proxy = await RedisProxy.to(fleet.redis.port);
    const cutOff = await fleet.engine({ REDIS_URL: proxy.url }, { tickMs: 40 });
    await fleet.bot(0);
    const asked = Array.from({ length: 16 }, (_, seed) => fleet.ask(0, seed));
    await expect.poll(() => fleet.redis.client.llen('{shiren}:write:active'), { timeout: 30_000 }).toBe(16);
    await fleet.engine();
    proxy.cut();
    await sleep(10_000);
    proxy.mend();
    await expectPoems(asked);
    await sleep(2_000);
    for (const { messages } of asked) expect(messages).toHaveLength(1);
    // The engine that was cut off works again.
    await expect.poll(() => fleet.redis.client.scard('{shiren}:engines'), { timeout: 30_000 }).toBe(2);
    expect(cutOff.running).toBe(true);
    await fleet.harness.stopAll();
    await proxy.close();
  });
});

describeFleet('a fleet whose Redis is not there yet', () => {
  it('7: says so within three seconds, and serves once it is there', async () => {
    fleet = await Fleet.open(await RedisServer.prepare());
    const engine = fleet.startEngine();
    const bot = await fleet.bot(0, { HTTP_PORT: '0' });
    const { port } = await bot.logged('Health and metrics');
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect(await get('/livez')).toBe(200);
    expect(await get('/readyz')).toBe(503);
    const askedAt = performance.now();
    const early = fleet.ask(0);
    expect(await sentenceOf(early)).toMatch(/cannot be reached/u);
    console.log(`7: told after ${Math.round(performance.now() - askedAt)} ms`);
    await fleet.redis.run();
    await engine.logged('serving the checkpoint of the fleet');
    await expect.poll(() => get('/readyz'), { timeout: 30_000 }).toBe(200);
    await expectPoems([fleet.ask(0)]);
    await fleet.close();
  });
});
