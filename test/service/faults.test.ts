import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isLineMark } from '../../src/poetry/verse-lines.ts';
import { type GeneratedPoem, type Inference, LoadError } from '../../src/service/inference.ts';
import { checkpointsFolder, OWNER, order, serve, setFault, userNamed } from './served.ts';

const seeds = Array.from({ length: 24 }, (_, n) => n);
const text = ({ characters }: GeneratedPoem) => characters.join('');

describe.each([
  ['crashes', 'crash', 'a fault of the test'],
  ['ends', 'exit', 'the thread ended with code 3'],
  ['hangs', 'hang', 'no progress for 500 ms'],
  ['runs out of memory', 'memory', 'memory limit'],
  ['has a worker thread that traps', 'trap', 'memory access out of bounds'],
] as const)('an engine that %s', (_, kind, reason) => {
  test('is restarted, and every poem is written as without the fault', { timeout: 60_000 }, async () => {
    const root = await checkpointsFolder();
    const sound = await serve({ checkpointsRoot: root });
    const expected = await Promise.all(seeds.map((seed) => sound.inference.write(order(seed), OWNER)));

    const { inference, log } = await serve({
      checkpointsRoot: root,
      fault: { kind, on: 'write', after: 20, again: false },
      recovery: { hangMs: kind === 'hang' ? 500 : 30_000, heapMb: kind === 'memory' ? 128 : 1024 },
      limits: { deadlineMs: 50_000 },
    });
    const written = await Promise.all(seeds.map((seed) => inference.write(order(seed), OWNER)));
    expect(written.map(text)).toEqual(expected.map(text));
    expect(inference.status().restarts).toBe(1);
    expect(await inference.metrics()).toMatch(/shiren_engine_restarts_total 1/);
    const ends = log.filter(({ message }) => message === 'the engine ended');
    expect(ends).toMatchObject([{ level: 'warn', fields: { reason: expect.stringContaining(reason) } }]);
  });
});

describe('an order that ends the engine each time', () => {
  const seed = 5;

  test.each(['crash', 'hang'] as const)('by a %s is given up alone', { timeout: 60_000 }, async (kind) => {
    const root = await checkpointsFolder();
    const sound = await serve({ checkpointsRoot: root });
    const others = seeds.filter((other) => other !== seed);
    const expected = await Promise.all(others.map((other) => sound.inference.write(order(other), OWNER)));

    const { inference, log } = await serve({
      checkpointsRoot: root,
      fault: { kind, on: 'write', after: 1, seed, again: true },
      recovery: { hangMs: kind === 'hang' ? 500 : 30_000 },
      limits: { deadlineMs: 50_000 },
    });
    const written = await Promise.allSettled(seeds.map((each) => inference.write(order(each), OWNER)));
    const failed = written.filter(({ status }) => status === 'rejected');
    expect(failed).toMatchObject([{ reason: { code: 'given-up' } }]);
    const poems = written.flatMap((each) => (each.status === 'fulfilled' ? [text(each.value)] : []));
    expect(poems).toEqual(expected.map(text));
    expect(inference.status().restarts).toBe(2);
    expect(log).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'gave up an order that ended the engine twice' }),
    );

    // It is known now, and ends no further thread.
    await expect(inference.write(order(seed), OWNER)).rejects.toMatchObject({ code: 'given-up' });
    expect(inference.status().restarts).toBe(2);
    expect(await inference.metrics()).toMatch(/shiren_breaker_open 0/);
  });

  test('is tried again with another checkpoint', { timeout: 90_000 }, async () => {
    const { inference, root } = await serve({
      fault: { kind: 'crash', on: 'write', after: 1, seed, again: true },
    });
    await expect(inference.write(order(seed), OWNER)).rejects.toMatchObject({ code: 'given-up' });
    await setFault(root, null);
    // A reload is refused until the next thread is there.
    await inference.write(order(1), OWNER);
    await inference.reload('two');
    expect(await inference.write(order(seed), OWNER)).toMatchObject({ checkpoint: 'two' });
  });

  test('never rests the service for others, however many of them one user asks for', {
    timeout: 90_000,
  }, async () => {
    const { inference } = await serve({ fault: { kind: 'crash', on: 'write', after: 1, again: true } });
    for (const each of [1, 2, 3, 4]) {
      await expect(inference.write(order(each), userNamed('a'))).rejects.toMatchObject({ code: 'given-up' });
    }
    expect(await inference.metrics()).toMatch(/shiren_breaker_open 0/);
  });
});

/** Has the orders of three users end the engine, so that it rests. It must crash at every order. */
async function wearOut(inference: Inference): Promise<void> {
  for (const [seed, user] of ['a', 'b', 'c'].entries()) {
    await expect(inference.write(order(seed), userNamed(user))).rejects.toMatchObject({ code: 'given-up' });
  }
}

describe('an engine that crashes whoever asks', () => {
  test('rests, and works again without help', { timeout: 90_000 }, async () => {
    const { inference, root, log } = await serve({
      fault: { kind: 'crash', on: 'write', after: 1, again: true },
      recovery: { restMs: 700 },
    });
    await wearOut(inference);
    expect(inference.status().restarts).toBe(6);
    const refusal = await inference.write(order(9), OWNER).catch((error) => error);
    expect(refusal.code).toBe('breaker-open');
    expect(refusal.retryMs).toBeGreaterThan(0);
    expect(await inference.metrics()).toMatch(/shiren_breaker_open 1/);

    await setFault(root, null);
    await expect
      .poll(() => inference.write(order(9), OWNER).then(text, () => null), { timeout: 10_000 })
      .toMatch(/^月/);
    expect(await inference.metrics()).toMatch(/shiren_breaker_open 0/);
    expect(log.map(({ message }) => message)).toContain('the engine works again');
  });

  test('may be started with another checkpoint while it rests, and a failure does not prolong the rest', {
    timeout: 90_000,
  }, async () => {
    const { inference, root } = await serve({
      fault: { kind: 'crash', on: 'write', after: 1, again: true },
      recovery: { restMs: 60_000 },
    });
    await wearOut(inference);
    const { retryMs } = await inference.write(order(9), OWNER).catch((error) => error);
    await setFault(root, { kind: 'crash', on: 'start', after: 1, again: true });
    await expect(inference.reload('two')).rejects.toBeInstanceOf(LoadError);
    await setFault(root, null);
    await expect(inference.reload('nowhere')).rejects.toBeInstanceOf(LoadError);
    const later = await inference.write(order(9), OWNER).catch((error) => error);
    expect(later.code).toBe('breaker-open');
    expect(later.retryMs).toBeLessThan(retryMs);
    expect(await inference.reload('two')).toMatchObject({ name: 'two' });
    expect(await inference.write(order(9), OWNER)).toMatchObject({ checkpoint: 'two' });
  });

  test('is counted once, and its totals never fall', { timeout: 90_000 }, async () => {
    const { inference } = await serve({
      fault: { kind: 'crash', on: 'write', after: 3, again: true },
      recovery: { restMs: 60_000 },
    });
    const tokens = async () => Number(/^shiren_tokens_total (\d+)/m.exec(await inference.metrics())?.[1]);
    const { length } = (await inference.write(order(1), OWNER)).characters.filter(
      (char) => !isLineMark(char),
    );
    expect(await tokens()).toBe(length - 1);
    let before = await tokens();
    for (let seed = 2; inference.status().restarts < 3; seed++) {
      await inference.write(order(seed), OWNER);
      expect(await tokens()).toBeGreaterThan(before);
      before = await tokens();
    }
  });

  test('is started once after its rest, not three times', { timeout: 90_000 }, async () => {
    const { inference, root } = await serve({
      fault: { kind: 'crash', on: 'write', after: 1, again: true },
      recovery: { restMs: 300 },
    });
    await wearOut(inference);
    await setFault(root, { kind: 'crash', on: 'start', after: 1, again: true });
    await expect.poll(() => inference.status().restarts, { timeout: 10_000 }).toBeGreaterThanOrEqual(7);
    await expect(inference.write(order(9), OWNER)).rejects.toMatchObject({ code: 'breaker-open' });
  });
});

describe('a reload', () => {
  test('that breaks the engine does not count against it, however often', { timeout: 90_000 }, async () => {
    const { inference } = await serve({ fault: { kind: 'crash', on: 'load', after: 1, again: true } });
    const before = text(await inference.write(order(1), OWNER));
    for (let n = 1; n <= 4; n++) {
      await expect(inference.reload('two')).rejects.toBeInstanceOf(LoadError);
      expect(text(await inference.write(order(1), OWNER))).toBe(before);
      expect(inference.status()).toMatchObject({ checkpoint: { name: 'one' }, restarts: n });
    }
  });

  test('may take longer than the engine may stand still', async () => {
    const fault = { kind: 'slow-disk', on: 'load', after: 1, again: true } as const;
    const { inference } = await serve({ fault, recovery: { hangMs: 300 } });
    expect(await inference.reload('two')).toMatchObject({ name: 'two' });
    expect(inference.status().restarts).toBe(0);
  });

  test('that takes too long is refused, and what served goes on', async () => {
    const fault = { kind: 'slow-disk', on: 'load', after: 1, again: true } as const;
    const { inference } = await serve({ fault, recovery: { loadMs: 300 } });
    await expect(inference.reload('two')).rejects.toThrow(/no checkpoint loaded within 300 ms/);
    expect(await inference.write(order(1), OWNER)).toMatchObject({ checkpoint: 'one' });
  });
});

test('an engine that crashes while it loads a checkpoint continues with the last good one', async () => {
  const { inference } = await serve({ fault: { kind: 'crash', on: 'load', after: 1, again: false } });
  const before = text(await inference.write(order(1), OWNER));
  const error = await inference.reload('two').catch((caught) => caught);
  expect(error).toBeInstanceOf(LoadError);
  expect(text(await inference.write(order(1), OWNER))).toBe(before);
  expect(inference.status()).toMatchObject({ checkpoint: { name: 'one' }, restarts: 1 });
});

test('a restarted engine serves the checkpoint that was loaded last', async () => {
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

describe('if the served checkpoint has been damaged on disk', () => {
  const damage = (root: string, name: string) => writeFile(join(root, name, 'card.json'), '{}');

  test('the one served before it is served again', async () => {
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

  test('and there was no other, it is tried again until it is repaired', async () => {
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

test('an engine that crashes during its first start is reported', async () => {
  const fault = { kind: 'crash', on: 'start', after: 1, again: true } as const;
  const error = await serve({ fault }).catch((caught) => caught);
  expect(error).toBeInstanceOf(LoadError);
  expect(error).toMatchObject({ code: 'engine', message: expect.stringContaining('a fault of the test') });
});

test('an engine whose kernels compute wrong results does not serve', async () => {
  const fault = { kind: 'wrong-kernels', on: 'start', after: 1, again: true } as const;
  const error = await serve({ fault }).catch((caught) => caught);
  expect(error).toBeInstanceOf(LoadError);
  expect(error).toMatchObject({
    code: 'engine',
    message: expect.stringMatching(
      /^The WebAssembly kernels compute wrong results: one step of the lstm cell/,
    ),
  });
});

describe('while the engine hangs', () => {
  const fault = { kind: 'hang', on: 'write', after: 1, again: false } as const;

  test('nobody waits beyond the deadline', async () => {
    const { inference } = await serve({ fault, limits: { deadlineMs: 300 }, recovery: { hangMs: 60_000 } });
    await expect(inference.write(order(1), OWNER)).rejects.toMatchObject({ code: 'deadline' });
    // The answer came while the engine still hung.
    expect(inference.status().restarts).toBe(0);
  });

  test('it is restarted even if the asker no longer waits', async () => {
    const { inference } = await serve({ fault, limits: { deadlineMs: 200 }, recovery: { hangMs: 700 } });
    await expect(inference.write(order(1), OWNER)).rejects.toMatchObject({ code: 'deadline' });
    await expect.poll(() => inference.status().restarts, { timeout: 5000 }).toBe(1);
    await expect
      .poll(() => inference.write(order(1), OWNER).then(text, () => null), { timeout: 10_000 })
      .toMatch(/^月/);
  });

  test('the asker of each queued order is told its place', async () => {
    const { inference } = await serve({ fault, limits: { rows: 1 }, recovery: { hangMs: 2600 } });
    const told: unknown[] = [];
    const running = inference.write(order(1), OWNER, { onWaiting: () => told.push('running') });
    const onWaiting = (...wait: unknown[]) => told.push(wait);
    const next = inference.write(order(2), OWNER, { onWaiting });
    const last = inference.write(order(3), OWNER, { onWaiting });
    await Promise.all([running, next, last]);
    // Notices repeat, so there may be more. No poem is finished yet, so the estimate comes from the trial poem.
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
