import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isLineMark } from '../../src/poetry/verse-lines.ts';
import { LoadError, type Written } from '../../src/service/inference.ts';
import { checkpointsFolder, OWNER, order, serve, setFault } from './served.ts';

const seeds = Array.from({ length: 24 }, (_, n) => n);
const text = ({ characters }: Written) => characters.join('');

describe.each([
  ['crashes', 'crash', 0],
  ['ends', 'exit', 0],
  ['hangs', 'hang', 500],
  ['runs out of memory', 'memory', 0],
] as const)('an engine that %s', (_, kind, atLeastMs) => {
  test('is started anew, and every poem is written as if nothing had been', { timeout: 60_000 }, async () => {
    const root = await checkpointsFolder();
    const sound = await serve({ checkpointsRoot: root });
    const expected = await Promise.all(seeds.map((seed) => sound.inference.write(order(seed), OWNER)));

    const { inference, log } = await serve({
      checkpointsRoot: root,
      fault: { kind, on: 'write', after: 20, again: false },
      recovery: { hangMs: 500, heapMb: kind === 'memory' ? 128 : 1024 },
      limits: { deadlineMs: 50_000 },
    });
    const started = performance.now();
    const written = await Promise.all(seeds.map((seed) => inference.write(order(seed), OWNER)));
    expect(performance.now() - started).toBeGreaterThan(atLeastMs);
    expect(written.map(text)).toEqual(expected.map(text));
    expect(inference.status().restarts).toBe(1);
    expect(await inference.metrics()).toMatch(/shiren_engine_restarts_total 1/);
    expect(log.some(({ level, message }) => level === 'warn' && message === 'the engine ended')).toBe(true);
  });
});

describe('an engine that keeps crashing', () => {
  test('is left to rest, and works again of itself', async () => {
    const { inference, root, log } = await serve({
      fault: { kind: 'crash', on: 'write', after: 1, again: true },
      recovery: { restMs: 700 },
    });
    await expect(inference.write(order(1), OWNER)).rejects.toMatchObject({ code: 'breaker-open' });
    expect(inference.status().restarts).toBe(3);
    const refusal = await inference.write(order(1), OWNER).catch((error) => error);
    expect(refusal.code).toBe('breaker-open');
    expect(refusal.retryMs).toBeGreaterThan(0);
    expect(await inference.metrics()).toMatch(/shiren_breaker_open 1/);

    await setFault(root, null);
    await expect
      .poll(() => inference.write(order(1), OWNER).then(text, () => null), { timeout: 10_000 })
      .toMatch(/^月/);
    expect(await inference.metrics()).toMatch(/shiren_breaker_open 0/);
    expect(log.map(({ message }) => message)).toContain('the engine works again');
  });

  test('may be started with another checkpoint while it rests', async () => {
    const { inference, root } = await serve({
      fault: { kind: 'crash', on: 'write', after: 1, again: true },
      recovery: { restMs: 60_000 },
    });
    await expect(inference.write(order(1), OWNER)).rejects.toMatchObject({ code: 'breaker-open' });
    await setFault(root, null);
    await expect(inference.reload('nowhere')).rejects.toBeInstanceOf(LoadError);
    await expect(inference.write(order(1), OWNER)).rejects.toMatchObject({ code: 'breaker-open' });
    expect(await inference.reload('two')).toMatchObject({ name: 'two' });
    expect(await inference.write(order(1), OWNER)).toMatchObject({ checkpoint: 'two' });
  });

  test('is counted once, and its totals never fall', async () => {
    const { inference } = await serve({
      fault: { kind: 'crash', on: 'write', after: 3, again: true },
      recovery: { restMs: 60_000 },
    });
    const tokens = async () => Number(/^shiren_tokens_total (\d+)/m.exec(await inference.metrics())?.[1]);
    const { length } = (await inference.write(order(1), OWNER)).characters.filter(
      (char) => !isLineMark(char),
    );
    expect(await tokens()).toBe(length - 1);
    await inference.write(order(2), OWNER);
    const before = await tokens();
    await Promise.allSettled([inference.write(order(3), OWNER)]);
    for (let n = 0; inference.status().restarts < 3 && n < 20; n++) {
      await Promise.allSettled([inference.write(order(n), OWNER)]);
    }
    const resting = await tokens();
    expect(resting).toBeGreaterThanOrEqual(before);
    // Two poems before the third order, and at most two more in each of the threads after the first.
    expect(resting).toBeLessThanOrEqual(3 * before);
  });

  test('after its rest is tried once, not three times', async () => {
    const { inference, root } = await serve({
      fault: { kind: 'crash', on: 'write', after: 1, again: true },
      recovery: { restMs: 300 },
    });
    await setFault(root, { kind: 'crash', on: 'start', after: 1, again: true });
    await expect(inference.write(order(1), OWNER)).rejects.toMatchObject({ code: 'breaker-open' });
    expect(inference.status().restarts).toBe(3);
    await expect.poll(() => inference.status().restarts, { timeout: 5000 }).toBeGreaterThanOrEqual(4);
    await expect(inference.write(order(1), OWNER)).rejects.toMatchObject({ code: 'breaker-open' });
  });
});

test('an engine that crashes while it loads a checkpoint goes on with the last good one', async () => {
  const { inference } = await serve({ fault: { kind: 'crash', on: 'load', after: 1, again: false } });
  const before = text(await inference.write(order(1), OWNER));
  const error = await inference.reload('two').catch((caught) => caught);
  expect(error).toBeInstanceOf(LoadError);
  expect(text(await inference.write(order(1), OWNER))).toBe(before);
  expect(inference.status()).toMatchObject({ checkpoint: { name: 'one' }, restarts: 1 });
});

test('an engine started anew serves what was loaded last', async () => {
  const { inference } = await serve({ fault: { kind: 'crash', on: 'write', after: 2, again: false } });
  await inference.reload('two');
  const first = await inference.write(order(1), OWNER);
  expect(first.checkpoint).toBe('two');
  expect(await inference.write(order(1), OWNER)).toMatchObject({
    checkpoint: 'two',
    characters: first.characters,
  });
  expect(inference.status().restarts).toBe(1);
});

describe('where what served has been damaged on disk since', () => {
  const damage = (root: string, name: string) => writeFile(join(root, name, 'card.json'), '{}');

  test('the one that served before it is served again', async () => {
    const { inference, root, log } = await serve({
      fault: { kind: 'crash', on: 'write', after: 2, again: false },
    });
    const expected = await inference.write(order(1), OWNER);
    await inference.reload('two');
    await damage(root, 'two');
    expect(await inference.write(order(1), OWNER)).toMatchObject({
      checkpoint: 'one',
      characters: expected.characters,
    });
    expect(inference.status()).toMatchObject({ checkpoint: { name: 'one' }, restarts: 2 });
    const warning = log.find(({ message }) => message === 'what served cannot be loaded any more');
    expect(warning).toMatchObject({ level: 'warn', fields: { checkpoint: 'two', next: 'one' } });
    expect(warning?.fields.reason).toMatch(/two.card\.json/);
  });

  test('and there was no other, it is tried again until it has been mended', async () => {
    const { inference, root, log } = await serve({
      fault: { kind: 'crash', on: 'write', after: 2, again: false },
      recovery: { restMs: 300 },
    });
    const before = await inference.write(order(1), OWNER);
    const card = await readFile(join(root, 'one', 'card.json'));
    await damage(root, 'one');
    await expect(inference.write(order(1), OWNER)).rejects.toMatchObject({ code: 'breaker-open' });
    expect(log).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'what served cannot be loaded any more' }),
    );
    await writeFile(join(root, 'one', 'card.json'), card);
    await expect
      .poll(() => inference.write(order(1), OWNER).then(text, () => null), { timeout: 10_000 })
      .toBe(text(before));
  });
});

test('an engine that dies on its first start is said so', async () => {
  const fault = { kind: 'crash', on: 'start', after: 1, again: true } as const;
  const error = await serve({ fault }).catch((caught) => caught);
  expect(error).toBeInstanceOf(LoadError);
  expect(error).toMatchObject({ code: 'engine', message: expect.stringContaining('a fault of the test') });
});

describe('while the engine hangs', () => {
  const fault = { kind: 'hang', on: 'write', after: 1, again: false } as const;

  test('nobody waits beyond the deadline', async () => {
    const { inference } = await serve({ fault, limits: { deadlineMs: 300 } });
    const started = performance.now();
    await expect(inference.write(order(1), OWNER)).rejects.toMatchObject({ code: 'deadline' });
    expect(performance.now() - started).toBeLessThan(1000);
  });

  test('it is noticed though whoever asked has gone', async () => {
    const { inference } = await serve({ fault, limits: { deadlineMs: 200 }, recovery: { hangMs: 700 } });
    await expect(inference.write(order(1), OWNER)).rejects.toMatchObject({ code: 'deadline' });
    await expect.poll(() => inference.status().restarts, { timeout: 5000 }).toBe(1);
    await expect
      .poll(() => inference.write(order(1), OWNER).then(text, () => null), { timeout: 10_000 })
      .toMatch(/^月/);
  });

  test('those in the queue are told their place', async () => {
    const { inference } = await serve({ fault, limits: { rows: 1 }, recovery: { hangMs: 2600 } });
    const told: unknown[] = [];
    const running = inference.write(order(1), OWNER, { onWaiting: () => told.push('running') });
    const onWaiting = (...wait: unknown[]) => told.push(wait);
    const next = inference.write(order(2), OWNER, { onWaiting });
    const last = inference.write(order(3), OWNER, { onWaiting });
    await Promise.all([running, next, last]);
    // Told again as often as it takes. No poem has been ordered yet, but one was written to try the engine out.
    expect(told).not.toContain('running');
    expect(told.slice(0, 2)).toEqual([
      [1, expect.any(Number)],
      [2, expect.any(Number)],
    ]);
    const [[, first], [, second]] = told as [[number, number], [number, number]];
    expect(first).toBeGreaterThan(0);
    expect(Math.abs(second - 2 * first)).toBeLessThanOrEqual(1);
  });
});
