import { expect, onTestFinished, test } from 'vitest';
import { HeartbeatAges } from '../../../src/bot/discord/heartbeat-age.ts';

test('the age of a shard begins anew with each answered heartbeat and with each session', () => {
  const clock = { ms: 0 };
  const shard = { id: 3, lastPingTimestamp: -1 };
  const ages = new HeartbeatAges(
    () => [shard],
    () => clock.ms,
  );
  onTestFinished(() => ages.close());
  ages.look();
  clock.ms = 5000;
  ages.look();
  expect(ages.of(3)).toBe(5000);
  // The wall clock may have been set back: what counts is that the value has changed.
  shard.lastPingTimestamp = -99;
  ages.look();
  clock.ms = 6000;
  expect(ages.of(3)).toBe(1000);
  ages.connected(shard);
  expect(ages.of(3)).toBe(0);
});
