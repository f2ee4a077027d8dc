import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Gateway } from '../../../src/bot/discord/gateway.ts';
import { openLog } from '../../../src/bot/log.ts';
import { LoopbackDiscord } from '../../discord/loopback.ts';

const SILENCE_MS = 100_000;

let discord: LoopbackDiscord;
let gateway: Gateway;
/** How much later than Node's the gateway's clock is. */
let laterMs = 0;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  laterMs = 0;
  // No heartbeat is due while the test runs.
  discord = await LoopbackDiscord.start({ heartbeatMs: 10_000_000 });
  gateway = new Gateway({
    ...{
      token: discord.token,
      api: discord.api,
      shards: { first: 0, last: 0, count: 1 },
      log: openLog('silent'),
    },
    ...{ onInteraction: () => {}, onFatal: () => {}, now: () => performance.now() + laterMs },
  });
  await gateway.open();
});
afterEach(async () => {
  vi.useRealTimers();
  await gateway.close();
  await discord.stop();
});

it.each([
  ['resumed', () => {}, 'resume'],
  ['new', () => discord.gateway.forget(), 'identify'],
])(
  'a %s connection is healthy before its first heartbeat',
  async (_, before, how) => {
    expect(gateway.health).toMatchObject({ healthy: true, shards: [{ id: 0, status: 'Ready' }] });
    laterMs = SILENCE_MS;
    expect(gateway.health.healthy).toBe(false);
    expect(gateway.health.shards[0]?.heartbeatAgeMs).toBeGreaterThanOrEqual(SILENCE_MS);
    before();
    discord.gateway.dropAll();
    await expect.poll(() => gateway.health, { timeout: 60_000 }).toMatchObject({ healthy: true });
    expect(discord.gateway.log.at(-1)).toBe(how);
    expect(gateway.health.shards[0]?.heartbeatAgeMs).toBeLessThan(SILENCE_MS);
  },
  120_000,
);

it.each([
  ['forward', 600_000],
  ['back', -3_600_000],
])('a wall clock that is set %s makes no connection look dead or alive', (_, step) => {
  vi.setSystemTime(Date.now() + step);
  expect(gateway.health.healthy).toBe(true);
  laterMs = SILENCE_MS;
  expect(gateway.health.healthy).toBe(false);
});

it('is refused for good although discord.js still waits', async () => {
  discord.gateway.mute = true;
  const other = new Gateway({
    ...{
      token: discord.token,
      api: discord.api,
      shards: { first: 0, last: 0, count: 1 },
      log: openLog('silent'),
    },
    ...{ onInteraction: () => {}, onFatal: () => {} },
  });
  const opening = other.open();
  await Promise.all([
    expect(opening).rejects.toThrow('Discord closed the gateway for good: 4004 AuthenticationFailed'),
    vi.waitFor(() => {
      expect(discord.gateway.connections).toBe(2);
      other.client.emit('shardDisconnect', { code: 4004, reason: '', wasClean: true } as never, 0);
    }),
  ]);
  // discord.js waits for the greeting of the gateway until it is closed.
  void other.close().catch(() => {});
});
