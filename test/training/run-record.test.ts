import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resume } from '../../src/training/run-record.ts';
import { writeState } from '../../src/training/state-file.ts';
import { SMALL_RECIPE } from './fixtures/small-run.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shiren-run-'));
});
afterEach(() => rm(root, { recursive: true }));

const STATE = {
  step: 7,
  parameters: new Map([['w', Float32Array.of(1)]]),
  slots: new Map(),
  reference: null,
};
const RECIPE = { ...SMALL_RECIPE, pretraining: { epochs: 2, dropout: 0.1 } };

describe('resuming', () => {
  const path = () => join(root, 'state.bin');
  const save = (recipe: unknown) =>
    writeState(path(), STATE, { recipe, corpus: 'a+b', seconds: 9, tokens: 80 });

  it('gives back the state and what was recorded of the run', async () => {
    await save(RECIPE);
    const { state, record } = await resume(path(), RECIPE, 'a+b');
    expect(state).toEqual(STATE);
    expect(record).toEqual({ recipe: RECIPE, corpus: 'a+b', seconds: 9, tokens: 80, initial: null });
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
