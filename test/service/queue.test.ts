import { expect, test } from 'vitest';
import type { Unavailable } from '../../src/service/inference.ts';
import { Queue } from '../../src/service/queue.ts';
import type { Permit } from '../../src/service/ticket.ts';

/** A queue, and the names of the orders that have entered it, in order. */
function queueOf(places: number, limit: number) {
  const queue = new Queue(places, limit, (place) => 100 * place);
  const entered: string[] = [];
  const join = (names: readonly string[], privileged = false, signal = new AbortController().signal) =>
    names.map((name) => {
      const permit = queue.request(privileged, signal);
      permit.granted.then(
        () => entered.push(name),
        () => {},
      );
      return permit;
    });
  return { queue, entered, join };
}

/** Lets the permits that were granted be seen. */
const settle = () => new Promise(setImmediate);
const places = (permits: readonly Permit[]) => permits.map((permit) => permit.wait()?.place ?? null);

test('places are granted in turn and passed on', async () => {
  const { entered, join } = queueOf(2, 3);
  const permits = join(['a', 'b', 'c', 'd']);
  await settle();
  expect(entered).toEqual(['a', 'b']);
  expect(places(permits)).toEqual([null, null, 1, 2]);
  expect(permits[3]?.wait()).toEqual({ place: 2, expectedMs: 200 });
  permits[0]?.release(false);
  await settle();
  expect(entered).toEqual(['a', 'b', 'c']);
  expect(places(permits)).toEqual([null, null, null, 1]);
  for (const permit of permits.slice(1)) {
    permit.release(false);
    await settle();
  }
  join(['e', 'f', 'g']);
  await settle();
  expect(entered).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('the queue is full when all places are taken and as many wait as may', async () => {
  const { queue, entered, join } = queueOf(1, 1);
  expect(queue.refusal()).toBeNull();
  const [a] = join(['a']);
  expect(queue.refusal()).toBeNull();
  const stop = new AbortController();
  const [b] = join(['b'], false, stop.signal);
  expect(queue.refusal()).toMatchObject({ code: 'queue-full', retryMs: 200 } satisfies Partial<Unavailable>);
  stop.abort(new Error('given up'));
  await expect(b?.granted).rejects.toThrow('given up');
  expect(queue.refusal()).toBeNull();
  expect(queue.length).toBe(0);
  a?.release(false);
  await settle();
  expect(entered).toEqual(['a']);
});

test('an order that was cancelled before does not wait', async () => {
  const { queue, join } = queueOf(1, 1);
  join(['a']);
  const [b] = join(['b'], false, AbortSignal.abort(new Error('given up')));
  await expect(b?.granted).rejects.toThrow('given up');
  expect(queue.length).toBe(0);
});

test('privileged orders pass the others but not each other', async () => {
  const { entered, join } = queueOf(1, 9);
  const permits = [...join(['a', 'b', 'c']), ...join(['x', 'y'], true), ...join(['d'])];
  for (const _ of permits) {
    await settle();
    const running = permits[['a', 'b', 'c', 'x', 'y', 'd'].indexOf(entered.at(-1) ?? '')];
    running?.release(false);
  }
  expect(entered).toEqual(['a', 'x', 'y', 'b', 'c', 'd']);
});
