import { describe, expect, it } from 'vitest';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import type { Batch } from '../../src/training/batch.ts';
import { Curriculum } from '../../src/training/curriculum.ts';
import { Dataset } from '../../src/training/dataset.ts';
import { estimateRemaining } from '../../src/training/time-left.ts';
import { SMALL_RECIPE, smallCorpus } from './fixtures/small-run.ts';

const { poems } = smallCorpus();
const vocabulary = Vocabulary.build(
  poems.map(({ text }) => text),
  1,
);
const dataset = new Dataset(poems, vocabulary, SMALL_RECIPE);
const stage = (epochs: number) => ({ dataset, epochs, dropout: 0 });

/** An engine that takes a millisecond for each position. Returns what is estimated, and how many steps it took. */
async function estimate(curriculum: Curriculum, step: number, msPerPosition = 1) {
  let now = 0;
  let computed = 0;
  const compute = async ({ inputs }: Batch) => {
    now += inputs.length * msPerPosition;
    computed++;
  };
  const ms = await estimateRemaining(curriculum, step, compute, () => now);
  return { ms, computed };
}

describe('the time that a run takes', () => {
  it('is near that of all its steps', async () => {
    const curriculum = new Curriculum([stage(3)]);
    let positions = 0;
    for (const { batch } of curriculum.after(0)) positions += batch.inputs.length;
    const { ms } = await estimate(curriculum, 0);
    expect(ms / positions).toBeGreaterThan(0.9);
    expect(ms / positions).toBeLessThan(1.1);
  });

  it('is of the steps that are left, in all stages', async () => {
    const curriculum = new Curriculum([stage(2), stage(2)]);
    const whole = await estimate(curriculum, 0);
    const { totalSteps } = curriculum;
    const half = await estimate(curriculum, totalSteps / 2);
    const quarter = await estimate(curriculum, (3 * totalSteps) / 4);
    expect(half.ms / whole.ms).toBeCloseTo(1 / 2, 6);
    expect(quarter.ms / whole.ms).toBeCloseTo(1 / 4, 6);
  });

  it('is measured at the second step of a stage, and at the first if that is slow', async () => {
    const curriculum = new Curriculum([stage(2), stage(2)]);
    expect((await estimate(curriculum, 0)).computed).toBe(4);
    expect((await estimate(curriculum, 0, 10_000)).computed).toBe(2);
  });
});
