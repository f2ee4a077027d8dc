import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Breaker } from '../../src/service/breaker.ts';
import { EngineRest } from '../../src/service/engine-rest.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function resting() {
  const breaker = new Breaker({ crashes: 1, windowMs: 1000, restMs: 500, now: () => performance.now() });
  const events: string[] = [];
  const rest = new EngineRest({
    breaker,
    onBreaker: (open) => events.push(open ? 'rests' : 'works'),
    start: (checkpoint) => events.push(`starts ${checkpoint}`),
  });
  breaker.crashed();
  rest.begin('one');
  return { breaker, rest, events };
}

describe('an engine that rests', () => {
  it('starts when the time of the breaker is over, once', () => {
    const { rest, events } = resting();
    vi.advanceTimersByTime(499);
    expect([rest.isResting, events]).toEqual([true, ['rests']]);
    vi.advanceTimersByTime(1000);
    expect([rest.isResting, events]).toEqual([false, ['rests', 'starts one']]);
  });

  it('says once that it rests, however often the start fails, and once that it works', () => {
    const { breaker, rest, events } = resting();
    vi.advanceTimersByTime(500);
    breaker.crashed();
    rest.begin('two');
    vi.advanceTimersByTime(500);
    rest.recovered();
    rest.recovered();
    expect(events).toEqual(['rests', 'starts one', 'starts two', 'works']);
    expect(breaker.open).toBe(false);
  });

  it('does not start if its rest is ended, nor twice if it begins anew', () => {
    const { rest, events } = resting();
    rest.begin('two');
    vi.advanceTimersByTime(500);
    expect(events).toEqual(['rests', 'starts two']);
    rest.begin('three');
    rest.end();
    vi.advanceTimersByTime(5000);
    expect([rest.isResting, events]).toEqual([false, ['rests', 'starts two']]);
  });
});
