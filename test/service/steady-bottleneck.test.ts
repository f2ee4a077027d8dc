import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SteadyBottleneck } from '../../src/service/steady-bottleneck.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A limiter with two places, and jobs of 100 ms that note their begin and end. */
function twoPlaces() {
  const limiter = new SteadyBottleneck(2);
  const events: string[] = [];
  const errors: unknown[] = [];
  const schedule = (name: string) =>
    limiter.schedule(
      async () => {
        events.push(`+${name}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
        events.push(`-${name}`);
      },
      (error) => errors.push(error),
    );
  return { limiter, events, errors, schedule };
}

const HOUR = 3_600_000;
const stepClock = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe.each([
  ['back by an hour', -HOUR],
  ['back by eight seconds', -8000],
  ['forward by two minutes', 120_000],
])('a clock set %s', (_, step) => {
  test('delays no job that comes after it', async () => {
    const { schedule, events } = twoPlaces();
    schedule('a');
    await vi.advanceTimersByTimeAsync(1000);
    stepClock(step);
    schedule('b');
    await vi.advanceTimersByTimeAsync(200);
    expect(events).toEqual(['+a', '-a', '+b', '-b']);
  });

  test('delays no job that waits, begins none twice, and lets no more run at a time', async () => {
    const { limiter, schedule, events, errors } = twoPlaces();
    for (const name of 'abcde') schedule(name);
    await vi.advanceTimersByTimeAsync(50);
    expect(events).toEqual(['+a', '+b']);
    stepClock(step);
    schedule('f');
    await vi.advanceTimersByTimeAsync(20);
    expect(limiter.running).toBe(2);
    await vi.advanceTimersByTimeAsync(600);
    expect(events.filter((event) => event.startsWith('+')).join('')).toBe('+a+b+c+d+e+f');
    expect(events.slice(0, 4).sort()).toEqual(['+a', '+b', '-a', '-b']);
    expect(errors).toEqual([]);
    expect([limiter.running, limiter.size]).toEqual([0, 0]);
  });

  test('delays no job that waits if none comes after it', async () => {
    const { schedule, events } = twoPlaces();
    for (const name of 'abcd') schedule(name);
    await vi.advanceTimersByTimeAsync(50);
    stepClock(step);
    await vi.advanceTimersByTimeAsync(300);
    expect(events).toHaveLength(8);
  });
});

test('a clock set back while Bottleneck takes a job delays it by a moment', async () => {
  const { limiter, schedule, events, errors } = twoPlaces();
  schedule('a');
  await vi.advanceTimersByTimeAsync(1000);
  schedule('b');
  // The look at the clock is over, and Bottleneck's own comes now.
  stepClock(-HOUR);
  schedule('c');
  stepClock(-HOUR);
  await vi.advanceTimersByTimeAsync(2000);
  expect(events.slice(2).sort()).toEqual(['+b', '+c', '-b', '-c']);
  expect([errors, limiter.running, limiter.size]).toEqual([[], 0, 0]);
  // Nothing is left that looks.
  expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
});

test('the error of a job is reported, and others go on', async () => {
  const { limiter, schedule, events, errors } = twoPlaces();
  limiter.schedule(
    () => Promise.reject(new Error('no')),
    (error) => errors.push(error),
  );
  schedule('a');
  await vi.advanceTimersByTimeAsync(200);
  expect(errors).toEqual([new Error('no')]);
  expect(events).toEqual(['+a', '-a']);
  expect(limiter.size).toBe(0);
});
