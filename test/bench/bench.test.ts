import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { writeTinyCheckpoint } from '../model/tiny-checkpoint.ts';
import { VOCABULARY } from '../model/tiny-model.ts';

const BENCH = fileURLToPath(new URL('../../dist/bench/main.js', import.meta.url));

async function bench(...args: string[]): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), 'shiren-bench-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeTinyCheckpoint(root, 'tiny', { seed: 1 });
  const common = ['--json', '--engine', 'wasm', '--checkpoints', root, '--checkpoint', 'tiny'];
  const { stdout } = await promisify(execFile)(process.execPath, [BENCH, ...common, ...args]);
  return stdout.trimEnd().split('\n');
}

test('the last line says how fast poems are written', { timeout: 60_000 }, async () => {
  const lines = await bench('--concurrency', '3');
  const result = JSON.parse(lines.at(-1) as string);
  expect(result).toEqual({
    engine: 'wasm',
    checkpoint: { name: 'tiny', vocabulary: VOCABULARY.size, embedding: 12, hidden: 24 },
    concurrency: [
      {
        n: 3,
        poemsPerSecond: expect.any(Number),
        p50: expect.any(Number),
        p95: expect.any(Number),
        p99: expect.any(Number),
      },
    ],
    limitShare: expect.any(Number),
    eventLoopDelayP99: expect.any(Number),
    memory: { before: expect.any(Number), after: expect.any(Number) },
  });
  const [{ poemsPerSecond, p50, p99 }] = result.concurrency;
  expect(p50).toBeGreaterThan(0);
  // Three poets, each with one poem at a time.
  expect(poemsPerSecond).toBeGreaterThan((3 * 1000) / p99 / 2);
  expect(poemsPerSecond).toBeLessThan(((3 * 1000) / p50) * 2);
  expect(result.limitShare).toBeGreaterThan(0);
  expect(result.limitShare).toBeLessThan(1);
});

test('--training says how fast the network learns, and in which precision', { timeout: 60_000 }, async () => {
  const lines = await bench('--training', '--batch', '2', '--length', '8');
  expect(JSON.parse(lines.at(-1) as string)).toEqual({
    engine: 'wasm',
    // The recipe asks for bfloat16, which this engine does not have.
    precision: 'float32',
    vocabulary: VOCABULARY.size,
    embedding: 12,
    hidden: 24,
    batch: 2,
    length: 8,
    tokensPerSecond: expect.any(Number),
    limitShare: expect.any(Number),
  });
});

test('--soak writes ten thousand poems, and nothing of them is kept', { timeout: 120_000 }, async () => {
  const lines = await bench('--soak');
  const { concurrency, memory } = JSON.parse(lines.at(-1) as string);
  expect(concurrency).toEqual([]);
  expect(memory.before).toBeGreaterThan(50e6);
  // A poem, its plan and its messages are some ten thousand bytes: kept, they would double the whole.
  expect(memory.after).toBeLessThan(1.3 * memory.before);
});

test('an engine that there is not is refused by name', async () => {
  await expect(bench('--engine', 'abacus')).rejects.toThrow(/abacus/);
});

test.each([
  [['--poets', '3'], "Unknown option '--poets'"],
  [['--concurrency', '1,zwei'], '--concurrency takes a whole number of at least 1, not zwei'],
  [['--engine', 'steam'], 'there is no engine steam'],
  [['--training', '--precision', 'float8'], '--precision'],
  [['--engine', 'wasm', '--checkpoint', 'nowhere'], 'nowhere'],
] as const)('%j is answered with one sentence', async (args, sentence) => {
  const failure = await promisify(execFile)(process.execPath, [BENCH, ...args]).catch((error) => error);
  expect(failure.code).toBe(1);
  expect(failure.stderr).toMatch(/^shiren: /m);
  expect(failure.stderr).toContain(sentence);
  expect(failure.stderr).not.toMatch(/^ {4}at /m);
});
