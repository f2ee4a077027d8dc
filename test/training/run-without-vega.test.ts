import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import { train } from '../../src/training/run.ts';
import { SMALL_RECIPE, smallCorpus } from './fixtures/small-run.ts';

vi.mock('../../src/training/picture.ts', async (original) => {
  const picture = await original<typeof import('../../src/training/picture.ts')>();
  const missing = Object.assign(new Error('not there'), { code: 'ERR_MODULE_NOT_FOUND' });
  return { ...picture, drawPicture: () => picture.loadVega(() => Promise.reject(missing)) };
});

test('a run goes on without its picture if Vega is not installed, and says so once', async () => {
  const root = await mkdtemp(join(tmpdir(), 'shiren-run-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const notes: string[] = [];
  let evaluations = 0;
  const result = await train({
    // 52 steps: an evaluation after 50, and one at the end.
    recipe: { ...SMALL_RECIPE, epochs: 13 },
    corpus: smallCorpus(),
    pretraining: null,
    engine: await startEngine('wasm'),
    folder: join(root, 'run'),
    resume: false,
    limitMs: Number.POSITIVE_INFINITY,
    signal: new AbortController().signal,
    onStep: () => {},
    onEvaluation: () => evaluations++,
    onNote: (sentence) => notes.push(sentence),
  });
  expect(result.finished).toBe(true);
  expect(evaluations).toBe(2);
  expect(notes).toEqual([expect.stringMatching(/^no pictures are drawn, because vega/)]);
  expect(await readdir(join(root, 'run'))).not.toContain('loss.svg');
});
