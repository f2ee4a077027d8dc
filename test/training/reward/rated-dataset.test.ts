import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { Vocabulary } from '../../../src/model/vocabulary.ts';
import type { Batch } from '../../../src/training/batch.ts';
import { Dataset } from '../../../src/training/dataset.ts';
import { initialParameters } from '../../../src/training/network/network.ts';
import { TensorNetwork } from '../../../src/training/network/tensor-network.ts';
import { RatedDataset } from '../../../src/training/reward/rated-dataset.ts';
import { ratedPoems, SMALL_RECIPE, smallCorpus } from '../fixtures/small-run.ts';

const { poems } = smallCorpus();
const vocabulary = Vocabulary.build(
  poems.map(({ text }) => text),
  1,
);
const SETTINGS = {
  files: [],
  batchRows: 8,
  beta: 0.3,
  corpusWeight: 0.25,
  overusePenalty: 0,
  excessPenalty: 0,
};
const corpus = new Dataset(poems, vocabulary, SMALL_RECIPE);
const open = (rated = ratedPoems(24)) => new RatedDataset(rated, [], corpus, SETTINGS, 1);
const isRated = (batch: Batch) => batch.weigh !== undefined;

function network() {
  const architecture = { ...SMALL_RECIPE.architecture, vocabulary: vocabulary.size };
  const adam = SMALL_RECIPE.optimizer;
  return new TensorNetwork(architecture, adam, initialParameters(architecture, 3), new Map(), 'float32');
}

/** The batch of eight rated poems, and a network against which it was measured. */
async function onlyBatch() {
  const dataset = open(ratedPoems(8));
  const own = network();
  await dataset.measureReference(own);
  const [rated] = [...dataset.trainingEpoch(0)].filter(isRated);
  if (!rated?.weigh) throw new Error('no batch');
  return { own, batch: { ...rated, weigh: rated.weigh } };
}

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

describe('a set of rated poems', () => {
  test('gives every poem once in an epoch, and a batch of the corpus after each of its own', () => {
    const dataset = open();
    const batches = [...dataset.trainingEpoch(0)];
    expect(batches).toHaveLength(dataset.batchesPerEpoch);
    expect(batches.map(isRated)).toEqual([true, false, true, false, true, false]);
    expect(batches.filter(isRated).reduce((sum, { rows }) => sum + rows, 0)).toBe(24);
    for (const batch of batches.filter((each) => !isRated(each))) {
      expect(new Set(batch.weights)).toEqual(new Set([0.25]));
    }
  });

  test('gives the same batches for the same epoch, and others for another', () => {
    const inputs = (epoch: number) => [...open().trainingEpoch(epoch)].map((batch) => [...batch.inputs]);
    expect(inputs(2)).toEqual(inputs(2));
    expect(inputs(2)).not.toEqual(inputs(3));
  });

  test('asks for less of the characters that people have less often, and for more of the others', async () => {
    const alike = ratedPoems(8).map((poem) => ({
      ...poem,
      overall: 3,
      lines: poem.lines.map((line) => ({ ...line, rating: 3 })),
    }));
    const peoples = ['冬水冬水冬，冬水冬水冬。'];
    const dataset = new RatedDataset(alike, peoples, corpus, { ...SETTINGS, excessPenalty: 1 }, 1);
    const own = network();
    await dataset.measureReference(own);
    const [batch] = [...dataset.trainingEpoch(0)].filter(isRated);
    if (!batch?.weigh) throw new Error('no batch');
    const weights = batch.weigh(await own.negativeLogLikelihoods(batch));
    own.dispose();
    const of = (char: string) =>
      weights.filter((weight, i) => weight !== 0 && batch.targets[i] === vocabulary.id(char));
    for (const char of '春風') expect(Math.max(...of(char))).toBeLessThan(0);
    for (const char of '冬水') expect(Math.min(...of(char))).toBeGreaterThan(0);
    for (const char of '春風冬水') expect(of(char).length).toBeGreaterThan(0);
  });

  test('asks at first for the advantage of each line, and nothing of what the model did not choose', async () => {
    const { own, batch } = await onlyBatch();
    const weights = batch.weigh(await own.negativeLogLikelihoods(batch));
    // In each poem: 4 lines of 5 hanzi, of which the first was asked for; 4 marks; the end.
    for (let row = 0; row < batch.rows; row++) {
      const of = weights.subarray(25 * row, 25 * (row + 1));
      const zeros = [...of.entries()].filter(([, weight]) => weight === 0).map(([i]) => i);
      expect(zeros).toEqual([0, 5, 11, 17, 23, 24]);
      expect(new Set(of.subarray(1, 5)).size).toBe(1);
    }
    own.dispose();
  });

  test('makes what readers like likelier, until it has changed as far as β allows', async () => {
    const { own, batch } = await onlyBatch();
    const before = await own.negativeLogLikelihoods(batch);
    const first = batch.weigh(before);
    const square = (weights: Float32Array) => weights.reduce((sum, weight) => sum + weight ** 2, 0);
    for (let step = 1; step <= 50; step++) {
      const weights = batch.weigh(await own.negativeLogLikelihoods(batch));
      await own.computeGradients({ ...batch, weights }, { rate: 0, seed: 0 });
      own.update({ learningRate: 0.02, scale: 1, step });
    }
    const after = await own.negativeLogLikelihoods(batch);
    let along = 0;
    for (const [i, weight] of first.entries()) along += weight * ((before[i] ?? 0) - (after[i] ?? 0));
    expect(along).toBeGreaterThan(0);
    expect(square(batch.weigh(after))).toBeLessThan(square(first) / 2);
    own.dispose();
  });

  test('refuses a reference of other poems', () => {
    expect(() => open().setReference(new Float32Array(3))).toThrow(RangeError);
  });
});
