import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test, vi } from 'vitest';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import { Dataset } from '../../src/training/dataset.ts';
import { currentPrecision, type Precision } from '../../src/training/network/ops.ts';
import { Trainer } from '../../src/training/trainer.ts';
import { SMALL_RECIPE, smallCorpus } from './fixtures/small-run.ts';

const during: Precision[] = [];
let failing = false;

/** Every machine has bfloat16 here; the products are float32 ones. */
vi.mock('../../src/engines/tensorflow-bfloat16.ts', () => ({
  hasBfloat16: () => true,
  Bfloat16Products: class {
    keepCopy = () => {};
    hasCopy = () => false;
    matMul = tf.matMul;
    dispose = () => {};
  },
}));

vi.mock('../../src/training/network/backpropagation.ts', async (original) => {
  const real = await original<typeof import('../../src/training/network/backpropagation.ts')>();
  return {
    ...real,
    lossAndGradients: async (...args: Parameters<typeof real.lossAndGradients>) => {
      during.push(currentPrecision());
      if (failing) throw new Error('the engine failed');
      return real.lossAndGradients(...args);
    },
  };
});

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

test('a step computes in the recipe’s precision, and restores the precision also if it throws', async () => {
  const { poems } = smallCorpus();
  const recipe = { ...SMALL_RECIPE, precision: 'bfloat16' } as const;
  const vocabulary = Vocabulary.build(
    poems.map(({ text }) => text),
    1,
  );
  const trainer = new Trainer(recipe, {
    dataset: new Dataset(poems, vocabulary, recipe),
    pretraining: null,
    rated: null,
  });
  const { numTensors } = tf.memory();
  await trainer.steps().next();
  expect(currentPrecision()).toBe('float32');
  failing = true;
  await expect(trainer.steps().next()).rejects.toThrow('the engine failed');
  expect(currentPrecision()).toBe('float32');
  expect(during).toEqual(['bfloat16', 'bfloat16']);
  expect(trainer.step).toBe(1);
  expect(tf.memory().numTensors).toBe(numTensors);
  trainer.dispose();
});
