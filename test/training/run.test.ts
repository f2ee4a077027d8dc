import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import { CheckpointError, loadCheckpoint } from '../../src/model/checkpoint.ts';
import { CorpusError } from '../../src/training/corpus/corpus.ts';
import { evaluationInterval, train } from '../../src/training/run.ts';
import type { RunOptions, RunResult } from '../../src/training/run-options.ts';
import { readState, StateError } from '../../src/training/state-file.ts';
import { ratedPoems, SMALL_RECIPE, smallCorpus } from './fixtures/small-run.ts';

const corpus = smallCorpus();
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shiren-run-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Trains in a folder; with `stopAt` the run is stopped after that step. */
async function run(
  name: string,
  options: Partial<RunOptions> & { stopAt?: number } = {},
): Promise<RunResult> {
  const stop = new AbortController();
  return train({
    recipe: SMALL_RECIPE,
    corpus,
    pretraining: null,
    engine: await startEngine('cpu'),
    folder: join(root, name),
    resume: false,
    limitMs: Number.POSITIVE_INFINITY,
    signal: stop.signal,
    onStep: ({ step }) => {
      if (step === options.stopAt) stop.abort();
    },
    onEvaluation: () => {},
    ...options,
  });
}

const stateOf = async (name: string) => (await readState(join(root, name, 'run', 'state.bin'))).state;
const logOf = async (name: string) =>
  (await readFile(join(root, name, 'train.jsonl'), 'utf8')).trim().split('\n');

describe('a run', () => {
  it('ends with a checkpoint that has learned, its log and its picture', async () => {
    const result = await run('whole');
    expect(result).toMatchObject({ finished: true, steps: 16, totalSteps: 16 });
    const { card } = await loadCheckpoint(join(root, 'whole'));
    expect(card.training).toMatchObject({ steps: 16, epochs: 4, finished: true, engine: { name: 'cpu' } });
    expect(card.corpus).toEqual({ source: 'a test', sha256: corpus.hash, poems: 70 });
    expect(card.heldOut.test?.nll).toBeLessThan(Math.log(card.architecture.vocabulary));
    const last = JSON.parse((await logOf('whole')).at(-1) as string);
    expect(last).toMatchObject({ step: 16, validation: card.heldOut.validation });
    expect(last.device.cores).toBeGreaterThan(0);
    expect(last.device.memory).toBeGreaterThan(1e6);
    expect(await readFile(join(root, 'whole', 'loss.svg'), 'utf8')).toMatch(
      /^<svg[\s\S]*validation[\s\S]*<\/svg>/,
    );
  });

  it('ends with the same weights whether or not it was interrupted', async () => {
    await run('whole');
    await run('parts', { stopAt: 7 });
    await run('parts', { resume: true, stopAt: 11 });
    expect(await run('parts', { resume: true })).toMatchObject({ finished: true, steps: 16, totalSteps: 16 });
    const [whole, parts] = [await stateOf('whole'), await stateOf('parts')];
    expect(parts.parameters).toEqual(whole.parameters);
    expect(parts.slots).toEqual(whole.slots);
  });

  it('learns from ratings against the weights that it began with, also if it was interrupted', async () => {
    await run('begun');
    const recipe = {
      ...SMALL_RECIPE,
      epochs: 3,
      ratings: {
        files: [],
        batchRows: 8,
        beta: 0.3,
        corpusWeight: 0.3,
        overusePenalty: 0.5,
        excessPenalty: 0.3,
      },
    };
    const ratings = { poems: ratedPoems(24), hash: 'b'.repeat(64) };
    const initial = await loadCheckpoint(join(root, 'begun'));
    await run('whole', { recipe, ratings, initial });
    await run('parts', { recipe, ratings, initial, stopAt: 7 });
    const { reference } = await stateOf('parts');
    await run('parts', { recipe, ratings, resume: true });
    const [whole, parts] = [await stateOf('whole'), await stateOf('parts')];
    expect(parts.parameters).toEqual(whole.parameters);
    expect(parts.reference).toEqual(reference);
    const { card } = await loadCheckpoint(join(root, 'parts'));
    expect(card.ratings).toEqual({ sha256: ratings.hash, poems: 24 });
    // Three passes over three batches of rated poems, and as many of the corpus.
    expect(card.training).toMatchObject({ steps: 18, epochs: 3, finished: true, initial: { name: 'begun' } });
    const others = { poems: ratings.poems, hash: 'c'.repeat(64) };
    await expect(run('parts', { recipe, ratings: others, resume: true })).rejects.toThrow(/another corpus/);
  });

  it('keeps count over its interruptions', async () => {
    await run('whole');
    await run('parts', { stopAt: 11 });
    await run('parts', { resume: true });
    const tokens = async (name: string) => (await loadCheckpoint(join(root, name))).card.training.tokens;
    expect(await tokens('parts')).toBe(await tokens('whole'));
  });

  it('ends in the middle of an epoch where it is told to, with its learning rate at its end', async () => {
    const recipe = { ...SMALL_RECIPE, epochs: 2.3 };
    expect(await run('part', { recipe })).toMatchObject({ finished: true, steps: 9, totalSteps: 9 });
    const { learningRate } = JSON.parse((await logOf('part')).at(-1) as string);
    expect(learningRate).toBeLessThan(SMALL_RECIPE.schedule.peak / 4);
  });

  it('stops when its time is over, and says where', async () => {
    const result = await run('short', { limitMs: 0 });
    expect(result).toMatchObject({ finished: false, steps: 1, totalSteps: 16 });
    expect((await loadCheckpoint(join(root, 'short'))).card.training.finished).toBe(false);
  });

  it('does not touch what has its name already', async () => {
    await run('twice', { stopAt: 3 });
    const before = await stateOf('twice');
    await expect(run('twice', { stopAt: 5 })).rejects.toThrow(/exists and stays as it is/);
    expect(await readdir(root)).toEqual(['twice']);
    expect(await stateOf('twice')).toEqual(before);
  });

  it('takes the place of what has its name when it is finished, if it is told to', async () => {
    await run('served', { stopAt: 3 });
    const before = await loadCheckpoint(join(root, 'served'));
    const unfinished = await run('served', { replace: true, stopAt: 5 });
    expect(unfinished).toMatchObject({ finished: false, folder: join(root, 'served.new') });
    expect((await loadCheckpoint(join(root, 'served'))).parameters).toEqual(before.parameters);
    expect(await run('served', { resume: true })).toMatchObject({
      finished: true,
      folder: join(root, 'served'),
    });
    expect((await readdir(root)).sort()).toEqual(['served', 'served.1']);
    expect((await loadCheckpoint(join(root, 'served.1'))).parameters).toEqual(before.parameters);
    expect((await loadCheckpoint(join(root, 'served'))).card.training.finished).toBe(true);
    expect((await stateOf('served')).step).toBe(16);
  });

  it('learns from pretraining poems first, in the corpus’s vocabulary, and goes on in the middle of them', async () => {
    const poems = corpus.poems.map((poem) => ({
      ...poem,
      split: 'train' as const,
      text: poem.text.replaceAll('春', '宋'),
    }));
    const pretraining = { hash: 'b'.repeat(64), source: 'another test', poems };
    const recipe = { ...SMALL_RECIPE, pretraining: { epochs: 2, dropout: 0 } };
    expect(await run('whole', { recipe, pretraining })).toMatchObject({
      finished: true,
      steps: 26,
      totalSteps: 26,
    });
    await run('parts', { recipe, pretraining, stopAt: 7 });
    await run('parts', { recipe, pretraining, resume: true });
    expect((await stateOf('parts')).parameters).toEqual((await stateOf('whole')).parameters);
    const { card, vocabulary } = await loadCheckpoint(join(root, 'parts'));
    expect(card.pretraining).toEqual({ source: 'another test', sha256: pretraining.hash, poems: 90 });
    expect(card.training.epochs).toBe(6);
    expect(vocabulary.has('宋')).toBe(false);
    const other = { ...pretraining, hash: 'c'.repeat(64) };
    await expect(run('parts', { recipe, pretraining: other, resume: true })).rejects.toThrow(
      /another corpus/,
    );
  });

  it('begins with the weights of a checkpoint, and says so in its card', async () => {
    await run('first');
    const initial = await loadCheckpoint(join(root, 'first'));
    const recipe = { ...SMALL_RECIPE, initialCheckpoint: 'first', seed: 2, epochs: 1 };
    const losses: number[] = [];
    await run('second', { recipe, initial, onStep: ({ loss }) => losses.push(loss) });
    expect(losses[0]).toBeLessThan(Math.log(initial.vocabulary.size) - 0.3);
    const { card } = await loadCheckpoint(join(root, 'second'));
    expect(card.training.initial).toEqual({
      name: 'first',
      weights: initial.card.weights.sha256,
      tokens: initial.card.training.tokens,
    });
    await run('parts', { recipe, initial, stopAt: 2 });
    await run('parts', { recipe, resume: true });
    expect((await stateOf('parts')).parameters).toEqual((await stateOf('second')).parameters);
    const resumed = await loadCheckpoint(join(root, 'parts'));
    expect(resumed.card.training.initial).toEqual(card.training.initial);
  });

  it('does not begin with a checkpoint of other sizes or of another vocabulary', async () => {
    await run('first', { stopAt: 1 });
    const initial = await loadCheckpoint(join(root, 'first'));
    const architecture = { ...SMALL_RECIPE.architecture, hidden: 5 };
    await expect(run('second', { initial, recipe: { ...SMALL_RECIPE, architecture } })).rejects.toThrow(
      /other sizes/,
    );
    const poems = corpus.poems.map((poem) => ({ ...poem, text: poem.text.replaceAll('春', '宋') }));
    await expect(run('third', { initial, corpus: { ...corpus, poems } })).rejects.toThrow(/vocabulary/);
  });

  it('takes back what its log says of steps that were not saved', async () => {
    await run('log', { stopAt: 20, recipe: { ...SMALL_RECIPE, epochs: 20 } });
    const path = join(root, 'log', 'train.jsonl');
    const ahead = { step: 50, validation: null };
    await writeFile(path, `${JSON.stringify(ahead)}\n{"step":60,"validation":{}`);
    await run('log', { resume: true, stopAt: 60, recipe: { ...SMALL_RECIPE, epochs: 20 } });
    const steps = (await logOf('log')).map((line) => JSON.parse(line));
    expect(steps.map(({ step }) => step)).toEqual([50]);
    expect(steps[0].validation.nll).toBeGreaterThan(0);
  });
});

describe('evaluations', () => {
  it('come every half epoch in a long run, a dozen times in a short one, and never on every other step', () => {
    expect(evaluationInterval(746, 7 * 746)).toBe(373);
    // Rounded up, so that no evaluation comes a few steps before the last.
    expect(evaluationInterval(746, 2 * 746)).toBe(125);
    expect(evaluationInterval(746, 100)).toBe(50);
  });
});

describe('resuming', () => {
  it('needs a run', async () => {
    await expect(run('none', { resume: true })).rejects.toThrow(CheckpointError);
    expect(await readdir(root)).toEqual([]);
  });

  it('needs the same recipe, but for the number of epochs, and the same corpus', async () => {
    await run('other', { stopAt: 3 });
    const recipe = { ...SMALL_RECIPE, dropout: 0.5 };
    await expect(run('other', { resume: true, recipe })).rejects.toThrow(/recipe/);
    await expect(run('other', { resume: true, corpus: { ...corpus, hash: 'b'.repeat(64) } })).rejects.toThrow(
      /corpus/,
    );
    const longer = await run('other', { resume: true, recipe: { ...SMALL_RECIPE, epochs: 5 } });
    expect(longer).toMatchObject({ finished: true, steps: 20, totalSteps: 20 });
  });

  it('refuses a damaged state, and leaves it as it is', async () => {
    await run('damaged', { stopAt: 3 });
    const path = join(root, 'damaged', 'run', 'state.bin');
    const bytes = await readFile(path);
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1;
    await writeFile(path, bytes);
    await expect(run('damaged', { resume: true })).rejects.toThrow(StateError);
    expect(await readFile(path)).toEqual(bytes);
  });
});

describe('a corpus that is too small', () => {
  it('is refused before anything is touched', async () => {
    const poems = corpus.poems.filter(({ split }) => split !== 'test');
    await expect(run('small', { corpus: { ...corpus, poems } })).rejects.toThrow(CorpusError);
    expect(await readdir(root)).toEqual([]);
  });
});

describe('a run that is killed', () => {
  const fixture = fileURLToPath(new URL('./fixtures/endless-run.mjs', import.meta.url));
  const words = (epochs: number, saveInterval: number) =>
    JSON.stringify({
      corpus,
      recipe: { ...SMALL_RECIPE, epochs },
      folder: join(root, 'killed'),
      saveInterval,
    });

  it('leaves a checkpoint that loads, and goes on from it to the weights of an uninterrupted one', async () => {
    const epochs = 10;
    let killed = 0;
    for (const dots of [2, 12, 12]) {
      const child = spawn(process.execPath, [fixture, words(epochs, 0)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let seen = 0;
      // Saving after every step, it is killed in the middle of writing more often than not.
      child.stdout.on('data', (data: Buffer) => {
        seen += data.length;
        if (seen >= dots) child.kill('SIGKILL');
      });
      await new Promise((resolve) => child.on('close', resolve));
      if (child.signalCode === 'SIGKILL') killed++;
      const { card } = await loadCheckpoint(join(root, 'killed'));
      expect(card.training.steps).toBeGreaterThan(0);
    }
    expect(killed).toBe(3);
    await promisify(execFile)(process.execPath, [fixture, words(epochs, 60_000)]);
    await run('whole', { recipe: { ...SMALL_RECIPE, epochs } });
    expect((await stateOf('killed')).parameters).toEqual((await stateOf('whole')).parameters);
  }, 60_000);
});
