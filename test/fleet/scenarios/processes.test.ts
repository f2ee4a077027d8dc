/** How the processes of a fleet start and stop, by the documented commands, and how they share the work. */

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { NpmScript } from '../../end-to-end/npm-script.ts';
import { askerNamed, describeFleet, expectPoems, Fleet, order } from '../fleet.ts';

let fleet: Fleet;
const scripts: NpmScript[] = [];

function run(script: string, environment: Readonly<Record<string, string>>): NpmScript {
  const npm = new NpmScript(script, environment);
  scripts.push(npm);
  return npm;
}

describeFleet('the processes of a fleet', () => {
  beforeAll(async () => {
    fleet = await Fleet.open();
  });
  afterAll(() => fleet?.close());
  afterEach(async () => {
    for (const script of scripts.splice(0)) script.killGroup();
    await fleet.harness.stopAll();
    await fleet.redis.client.flushall();
  });

  it('17: npm run engine ends cleanly under load, and another engine writes what is left', async () => {
    const npm = run('engine', {
      ...fleet.harness.environment,
      REDIS_URL: fleet.redis.url,
      BATCH_ROWS: '8',
      CANDIDATES: '1',
    });
    await npm.untilLogged('serving the checkpoint of the fleet');
    await fleet.bot(0);
    const asked = Array.from({ length: 40 }, () => fleet.ask(0));
    await Promise.all(asked.map((one) => one.acknowledged()));
    npm.signal('SIGTERM');
    expect(await npm.exit).toBe(0);
    expect(npm.stderr).toContain('"Stopped"');
    expect(npm.groupIsRunning).toBe(false);
    await fleet.engine();
    await expectPoems(asked);
  });

  it('17: npm start ends cleanly under load, with every poem answered', async () => {
    await fleet.engine({ BATCH_ROWS: '8' }, { tickMs: 10 });
    const npm = run('start', {
      ...fleet.harness.environment,
      REDIS_URL: fleet.redis.url,
      SHARDS: '0/2',
    });
    await npm.untilLogged('Serving on Discord');
    const asked = Array.from({ length: 40 }, () => fleet.ask(0));
    await Promise.all(asked.map((one) => one.acknowledged()));
    npm.signal('SIGTERM');
    expect(await npm.exit).toBe(0);
    expect(npm.groupIsRunning).toBe(false);
    await expectPoems(asked);
  });

  it('18: two gateways that start together never identify twice within five seconds', async () => {
    const { gateway } = fleet.harness.discord;
    gateway.identified.length = 0;
    fleet.harness.discord.maxConcurrency = 1;
    const bots = await Promise.all([fleet.bot(0), fleet.bot(1)]);
    const [first = 0, second = 0] = gateway.identified.map(({ at }) => at);
    expect(gateway.identified).toHaveLength(2);
    expect(second - first).toBeGreaterThanOrEqual(5_000);
    fleet.harness.discord.maxConcurrency = 16;
    expect(bots.every(({ running }) => running)).toBe(true);
  });

  it('18: a process says that another one has its shards', async () => {
    await fleet.bot(0);
    const second = await fleet.bot(0);
    expect(await second.logged('Another process has these shards')).toMatchObject({ shards: [0] });
  });

  it('18: a process does not start if Discord allows too few session starts', async () => {
    fleet.harness.discord.sessionStarts = 1;
    const bot = fleet.harness.start({ REDIS_URL: fleet.redis.url, SHARDS: '0-1/2' });
    expect(await bot.exit()).toBe(1);
    expect(bot.stderr).toContain('session starts');
    fleet.harness.discord.sessionStarts = 1000;
  });

  it('10: an engine that is 20 times slower hardly slows the fleet', async () => {
    const inference = fleet.inference({ deadlineMs: 120_000 });
    const p90 = async () => {
      const times = await Promise.all(
        Array.from({ length: 150 }, async (_, at) => {
          await new Promise((resolve) => setTimeout(resolve, 40 * at));
          const startedAt = performance.now();
          await inference.write(order(at), askerNamed(`u${at % 50}`));
          return performance.now() - startedAt;
        }),
      );
      return times.sort((a, b) => a - b)[Math.floor(0.9 * times.length)] ?? 0;
    };
    await fleet.engine({}, { tickMs: 5 });
    await p90();
    const healthy = await p90();
    await fleet.engine({}, { tickMs: 100 });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const mixed = await p90();
    console.log(
      `10: p90 ${Math.round(healthy)} ms with one engine, ${Math.round(mixed)} ms with a slow one beside it`,
    );
    await inference.close(0);
    expect(mixed).toBeLessThan(2 * healthy);
  });
});
