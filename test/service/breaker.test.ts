import { expect, test } from 'vitest';
import { Breaker } from '../../src/service/breaker.ts';

function breakerAt(clock: { ms: number }): Breaker {
  return new Breaker({ crashes: 3, windowMs: 60_000, restMs: 20_000, now: () => clock.ms });
}

test('opens at the third crash within a minute', () => {
  const clock = { ms: 0 };
  const breaker = breakerAt(clock);
  expect(breaker.crashed()).toBe(false);
  clock.ms = 30_000;
  expect(breaker.crashed()).toBe(false);
  expect(breaker.retryMs).toBeNull();
  clock.ms = 59_000;
  expect(breaker.crashed()).toBe(true);
  expect(breaker.retryMs).toBe(20_000);
  clock.ms = 70_000;
  expect(breaker.retryMs).toBe(9_000);
});

test('forgets crashes that are more than a minute old', () => {
  const clock = { ms: 0 };
  const breaker = breakerAt(clock);
  breaker.crashed();
  breaker.crashed();
  clock.ms = 60_000;
  expect(breaker.crashed()).toBe(false);
});

test('after its rest opens again at the first crash, and closes at the first success', () => {
  const clock = { ms: 0 };
  const breaker = breakerAt(clock);
  for (let i = 0; i < 3; i++) breaker.crashed();
  clock.ms = 100_000;
  expect(breaker.retryMs).toBe(0);
  expect(breaker.open).toBe(true);
  expect(breaker.crashed()).toBe(true);
  expect(breaker.retryMs).toBe(20_000);
  clock.ms = 130_000;
  breaker.recovered();
  expect(breaker.open).toBe(false);
  expect(breaker.crashed()).toBe(false);
});
