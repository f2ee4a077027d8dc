import { expect, onTestFinished, test, vi } from 'vitest';
import { NO_WORKLOAD, type Workload, workloadBetween } from '../../src/service/workload.ts';
import { OWNER, order, serve } from './served.ts';

test('a minute without work has no report', () => {
  const work: Workload = { ...NO_WORKLOAD, poems: 3, ticks: 90, restarts: 1, refusals: { 'queue-full': 2 } };
  expect(workloadBetween(work, { ...work })).toBeNull();
});

test.each([
  [{ restarts: 2 }, { restarts: 1, refusals: {} }],
  [{ refusals: { 'queue-full': 2, 'user-busy': 4 } }, { restarts: 0, refusals: { 'user-busy': 4 } }],
  [
    { ticks: 97, rows: 30 },
    { ticks: 7, rowsPerTick: 1.4 },
  ],
])('a minute without a poem has a report: %j', (changed, said) => {
  const before: Workload = {
    ...NO_WORKLOAD,
    ticks: 90,
    rows: 20,
    restarts: 1,
    refusals: { 'queue-full': 2 },
  };
  expect(workloadBetween(before, { ...before, ...changed })).toMatchObject({
    poems: 0,
    meanWaitMs: 0,
    ...said,
  });
});

test('means are of the minute, not of all time', () => {
  const before: Workload = { ...NO_WORKLOAD, poems: 10, waitedSeconds: 100, ranSeconds: 100, tokens: 280 };
  const now: Workload = { ...before, poems: 14, waitedSeconds: 102, ranSeconds: 101, tokens: 392 };
  expect(workloadBetween(before, now)).toMatchObject({
    poems: 4,
    meanWaitMs: 500,
    meanRunMs: 250,
    tokens: 112,
  });
});

test('the service logs one line for each minute with work', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { inference, log } = await serve({ limits: { guildPerMinute: 2 } });
  const lines = () => log.filter(({ message }) => message === 'last minute').map(({ fields }) => fields);
  const minute = () => vi.advanceTimersByTimeAsync(60_000);
  const ask = (user: string) => inference.write(order(1), { user, guild: 'g', owner: false });

  await inference.write(order(1), OWNER);
  await ask('a');
  await ask('b');
  await minute();
  await expect.poll(lines).toHaveLength(1);
  expect(lines()[0]).toMatchObject({ poems: 3, tokens: 81, restarts: 0, refusals: {}, waiting: 0 });
  expect(lines()[0]?.ticks).toBeGreaterThan(0);

  await minute();
  await Promise.all([ask('c'), ask('d')]);
  const busy = await ask('e').catch((error) => error);
  expect(busy.code).toBe('guild-busy');
  expect(await inference.metrics()).toMatch(/shiren_refusals_total\{reason="guild-busy"\} 1/);
  await minute();
  await expect.poll(lines).toHaveLength(2);
  expect(lines()[1]).toMatchObject({ poems: 2, tokens: 54, refusals: { 'guild-busy': 1 } });
});
