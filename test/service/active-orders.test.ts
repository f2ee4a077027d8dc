import { expect, test } from 'vitest';
import { ActiveOrders } from '../../src/service/active-orders.ts';
import { deferred } from '../../src/service/deferred.ts';

/** A task that ends when it is stopped. */
function untilStopped(stop: AbortController): Promise<string> {
  const stopped = deferred<string>();
  stop.signal.addEventListener('abort', () => stopped.reject(stop.signal.reason));
  return stopped.promise;
}

test('closing waits for what is active and takes nothing new', async () => {
  const active = new ActiveOrders();
  const poem = deferred<string>();
  const taken = active.run(() => poem.promise);
  const closed = active.close(60_000);
  await expect(active.run(async () => 'late')).rejects.toMatchObject({ code: 'closing' });
  poem.resolve('a poem');
  expect(await taken).toBe('a poem');
  expect(await closed).toBe(0);
});

test('an order that fails does not keep the service from closing', async () => {
  const active = new ActiveOrders();
  const failing = active.run(() => Promise.reject(new Error('a fault')));
  const closed = active.close(60_000);
  await expect(failing).rejects.toThrow('a fault');
  expect(await closed).toBe(0);
});

test('closing stops and counts what takes longer than the limit', async () => {
  const active = new ActiveOrders();
  const outcomes = Promise.allSettled([active.run(untilStopped), active.run(untilStopped)]);
  expect(await active.close(1)).toBe(2);
  expect(await outcomes).toMatchObject([
    { status: 'rejected', reason: { code: 'closing' } },
    { status: 'rejected', reason: { code: 'closing' } },
  ]);
});
