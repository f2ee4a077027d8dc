/** An order on its way to the engines, with a Redis whose answers the tests give. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OrderSender, type OrderSenderParts } from '../../src/fleet/order-sender.ts';
import type { Outcome } from '../../src/fleet/protocol.ts';
import { compilePlan } from '../../src/poetry/compile.ts';
import { DEFAULT_LIMITS } from '../../src/service/admission.ts';
import { deferred } from '../../src/service/deferred.ts';
import { AnsweredElsewhere, Unavailable, type WriteOptions } from '../../src/service/inference.ts';

const ORDER = {
  plan: compilePlan({
    kind: 'poem',
    opening: '月',
    form: 'qijue',
    title: '',
    meter: 'strict',
    rhyme: 'auto',
  }),
  mood: 'free',
  seed: 1,
} as const;
const ASKER = { user: '1', guild: '2', owner: false };

/** `added` and `put` are Redis's answers to the first and the last step of an order. */
function setUp() {
  const added = deferred<number>();
  const put = deferred<{ outcome: Promise<Outcome> }>();
  const calls: string[] = [];
  const parts = {
    redis: { status: 'ready', exists: async () => 0 },
    origin: 'this process',
    limits: DEFAULT_LIMITS,
    orders: {
      waiting: async () => 0,
      has: () => true,
      forget: () => {},
      cancel: async () => void calls.push('cancelled'),
      put: (_order: object, signal: AbortSignal) => {
        signal.addEventListener('abort', () => calls.push('not put'));
        calls.push('put');
        return put.promise;
      },
    },
    held: { hold: () => () => {} },
    outstanding: { add: () => added.promise, remove: async () => void calls.push('place given back') },
    fleetLimits: {
      pass: async () => ({ release: (refund: boolean) => calls.push(`permit given back: ${refund}`) }),
    },
    view: { expectedMs: () => null },
    logger: { info: () => {}, warn: () => {} },
    delivers: () => true,
  };
  const sender = new OrderSender(parts as unknown as OrderSenderParts);
  const stop = new AbortController();
  const kept = vi.fn();
  const options: WriteOptions = { handover: {}, onKept: kept };
  const sent = sender.send('an order', ORDER, ASKER, options, stop, () => {});
  const result = sent.then(
    () => 'a poem',
    (error) => (error instanceof Unavailable ? error.code : error),
  );
  return { added, put, calls, stop, kept, result };
}

describe('an order on its way to Redis', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is refused if it is not kept in time, whatever step hangs', async () => {
    const first = setUp();
    await vi.advanceTimersByTimeAsync(1_999);
    expect(first.kept).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await first.result).toBe('disconnected');
    expect(first.calls).toEqual([]);
    const last = setUp();
    last.added.resolve(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await last.result).toBe('disconnected');
    expect(last.calls).toEqual(['put', 'not put', 'permit given back: true', 'place given back']);
    expect(last.kept).not.toHaveBeenCalled();
  });

  it('gives back a place that it gets after it was refused', async () => {
    const { added, calls, result } = setUp();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await result).toBe('disconnected');
    added.resolve(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls).toEqual(['place given back', 'permit given back: true']);
  });

  it('may take its time once it is kept', async () => {
    const { added, put, kept, result } = setUp();
    const outcome = deferred<Outcome>();
    added.resolve(0);
    put.resolve({ outcome: outcome.promise });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(kept).toHaveBeenCalledOnce();
    outcome.resolve({ ok: false, code: 'deadline' });
    expect(await result).toBe('deadline');
  });

  it('is put there and left to another bot if this process closes meanwhile', async () => {
    const { added, put, calls, stop, result } = setUp();
    added.resolve(0);
    await vi.advanceTimersByTimeAsync(1);
    stop.abort(new Unavailable('closing'));
    await vi.advanceTimersByTimeAsync(1);
    expect(calls).toEqual(['put']);
    put.resolve({ outcome: new Promise(() => {}) });
    expect(await result).toBeInstanceOf(AnsweredElsewhere);
    expect(calls).not.toContain('cancelled');
    expect(calls).not.toContain('not put');
  });
});
