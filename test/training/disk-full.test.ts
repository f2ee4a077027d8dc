import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import { loadCheckpoint } from '../../src/model/checkpoint.ts';
import { DiskFullError } from '../../src/system/disk-full.ts';
import { train } from '../../src/training/run.ts';
import type { RunOptions, RunResult } from '../../src/training/run-options.ts';
import { disk, diskFull } from './fixtures/faulty-disk.ts';
import { SMALL_RECIPE, smallCorpus } from './fixtures/small-run.ts';

vi.mock('node:fs/promises', async (original) => {
  const { faultyDisk } = await import('./fixtures/faulty-disk.ts');
  return faultyDisk(await original());
});

let root: string;
beforeEach(async () => {
  disk.reset();
  root = await mkdtemp(join(tmpdir(), 'shiren-full-'));
});
afterEach(async () => {
  disk.reset();
  await rm(root, { recursive: true });
});

/** A run that saves after every step. The disk is full from step `fullAt` on, and has room again from `emptyAt` on. */
async function run(
  notes: string[],
  { fullAt, emptyAt, ...options }: Partial<RunOptions> & { fullAt?: number; emptyAt?: number },
): Promise<RunResult> {
  return train({
    recipe: SMALL_RECIPE,
    corpus: smallCorpus(),
    pretraining: null,
    engine: await startEngine('cpu'),
    folder: join(root, 'k'),
    resume: false,
    limitMs: Number.POSITIVE_INFINITY,
    saveIntervalMs: 0,
    signal: new AbortController().signal,
    onStep: ({ step }) => {
      if (step === fullAt) disk.reset(1, diskFull);
      if (step === emptyAt) disk.reset();
    },
    onEvaluation: () => {},
    onNote: (sentence) => notes.push(sentence),
    ...options,
  });
}

describe('a run on a full disk', () => {
  it('says so at each save, goes on, and saves when there is room again', async () => {
    const notes: string[] = [];
    expect(await run(notes, { fullAt: 3, emptyAt: 6 })).toMatchObject({ finished: true, steps: 16 });
    expect(notes).toEqual(
      [3, 4, 5].map((step) => expect.stringMatching(`disk is full: step ${step} was not`)),
    );
    expect((await loadCheckpoint(join(root, 'k'))).card.training.steps).toBe(16);
    expect(await readFile(join(root, 'k', 'train.jsonl'), 'utf8')).toMatch(/^{"step":16,.*}\n$/);
  });

  it('ends with one sentence if its last save fails, and goes on from the one before with --resume', async () => {
    const notes: string[] = [];
    await expect(run(notes, { fullAt: 14 })).rejects.toThrow(DiskFullError);
    disk.reset();
    expect((await loadCheckpoint(join(root, 'k'))).card.training.steps).toBe(13);
    const steps: number[] = [];
    await run(notes, { resume: true, onStep: ({ step }) => steps.push(step) });
    expect(steps).toEqual([14, 15, 16]);
  });
});
