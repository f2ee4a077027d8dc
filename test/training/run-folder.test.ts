import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFolder, readLog, resume } from '../../src/training/run-folder.ts';
import { writeState } from '../../src/training/state-file.ts';
import { SMALL_RECIPE } from './fixtures/small-run.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shiren-run-folder-'));
});
afterEach(() => rm(root, { recursive: true }));

const STATE = { step: 7, parameters: new Map([['w', Float32Array.of(1)]]), slots: new Map() };
const RECIPE = { ...SMALL_RECIPE, pretraining: { epochs: 2, dropout: 0.1 } };

describe('resuming', () => {
  const path = () => join(root, 'state.bin');
  const save = (recipe: unknown) =>
    writeState(path(), STATE, { recipe, corpus: 'a+b', seconds: 9, tokens: 80 });

  it('gives back the state and what was recorded of the run', async () => {
    await save(RECIPE);
    const { state, record } = await resume(path(), RECIPE, 'a+b');
    expect(state).toEqual(STATE);
    expect(record).toEqual({ recipe: RECIPE, corpus: 'a+b', seconds: 9, tokens: 80 });
  });

  it('reads the recipe of an older run, which says earlier for pretraining', async () => {
    const { pretraining, ...others } = RECIPE;
    await save({ ...others, earlier: pretraining });
    expect((await resume(path(), RECIPE, 'a+b')).record.recipe).toEqual(RECIPE);
    await save({ ...others, earlier: null });
    expect((await resume(path(), SMALL_RECIPE, 'a+b')).record.recipe).toEqual(SMALL_RECIPE);
    await expect(resume(path(), RECIPE, 'a+b')).rejects.toThrow(/another recipe/);
    await save({ ...others, earlier: { ...pretraining, dropout: 0.5 } });
    await expect(resume(path(), RECIPE, 'a+b')).rejects.toThrow(/another recipe/);
  });

  it('allows other numbers of epochs, in either stage', async () => {
    await save(RECIPE);
    const longer = { ...RECIPE, epochs: 9, pretraining: { ...RECIPE.pretraining, epochs: 5 } };
    expect((await resume(path(), longer, 'a+b')).state.step).toBe(7);
  });
});

describe('the folder of a run', () => {
  it('takes the place of the checkpoint that has its name when it is published, not before', async () => {
    const folder = join(root, 'tang');
    for (const name of ['tang', 'tang.1', 'tang.new']) await mkdir(join(root, name));
    await writeFile(join(folder, 'old'), '');
    await writeFile(join(root, 'tang.new', 'left over'), '');
    const opened = await RunFolder.open(folder, { resuming: false });
    await writeFile(opened.log, '');
    expect(await readdir(folder)).toEqual(['old']);
    await opened.publish();
    expect(await readdir(folder)).toEqual(['run', 'train.jsonl']);
    expect(await readdir(join(root, 'tang.2'))).toEqual(['old']);
    expect(opened.log).toBe(join(folder, 'train.jsonl'));
    await opened.publish();
    expect((await readdir(root)).sort()).toEqual(['tang', 'tang.1', 'tang.2']);
  });
});

describe('the log', () => {
  it('is read to a step, and to the line that a kill cut short', async () => {
    const path = join(root, 'train.jsonl');
    await writeFile(path, '{"step":1}\n{"step":2}\n{"step":3}\n{"step":');
    expect((await readLog(path, 2)).map(({ step }) => step)).toEqual([1, 2]);
    expect(await readLog(join(root, 'none'), 2)).toEqual([]);
  });
});
