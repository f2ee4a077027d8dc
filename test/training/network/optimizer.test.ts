import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  emptySlots,
  globalNorm,
  type OptimizerSettings,
  update,
} from '../../../src/training/network/optimizer.ts';
import { learningRate } from '../../../src/training/schedule.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const adam: OptimizerSettings = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const rmsprop: OptimizerSettings = { kind: 'rmsprop', decay: 0.99, epsilon: 1e-8 };

function run(settings: OptimizerSettings, gradients: number[], scale = 1): number {
  const parameters: Record<string, tf.Tensor> = { w: tf.tensor1d([1]) };
  const slots = emptySlots(settings, parameters);
  for (const [i, g] of gradients.entries()) {
    update(settings, parameters, slots, { w: tf.tensor1d([g]) }, { learningRate: 0.1, scale, step: i + 1 });
  }
  return parameters.w?.dataSync()[0] as number;
}

describe('Adam', () => {
  it('follows the paper', () => {
    let [w, m, v] = [1, 0, 0];
    const gradients = [0.5, -2, 3];
    for (const [i, g] of gradients.entries()) {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      w -= (0.1 * (m / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8);
    }
    expect(run(adam, gradients)).toBeCloseTo(w, 5);
  });
});

describe('RMSprop', () => {
  it('divides by the root of the running mean square', () => {
    let [w, v] = [1, 0];
    const gradients = [0.5, -2, 3];
    for (const g of gradients) {
      v = 0.99 * v + 0.01 * g * g;
      w -= (0.1 * g) / (Math.sqrt(v) + 1e-8);
    }
    expect(run(rmsprop, gradients)).toBeCloseTo(w, 5);
  });

  it('sees clipped gradients', () => {
    expect(run(rmsprop, [0.5, -2], 0.5)).toBeCloseTo(run(rmsprop, [0.25, -1]), 6);
  });
});

describe('the global norm', () => {
  it('takes all gradients as one vector', async () => {
    expect(await globalNorm({ a: tf.tensor1d([3]), b: tf.tensor2d([[0, 4]]) })).toBeCloseTo(5, 6);
  });
});

describe('an update', () => {
  it('leaves as many tensors as it found', () => {
    const parameters: Record<string, tf.Tensor> = { w: tf.tensor1d([1]) };
    const slots = emptySlots(adam, parameters);
    const gradient = tf.tensor1d([1]);
    const before = tf.memory().numTensors;
    update(adam, parameters, slots, { w: gradient }, { learningRate: 0.1, scale: 0.5, step: 1 });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the learning rate', () => {
  const schedule = { peak: 2, warmupSteps: 10, decayShare: 0.5 };

  it('rises, stays and falls to nothing', () => {
    const rates = Array.from({ length: 100 }, (_, i) => learningRate(schedule, i + 1, 100));
    expect(rates[0]).toBeCloseTo(0.2);
    expect(rates[9]).toBe(2);
    expect(rates[49]).toBe(2);
    expect(rates[74]).toBeCloseTo(1.04);
    expect(rates[99]).toBeCloseTo(0.04);
  });

  it('stays where no fall is asked for', () => {
    expect(learningRate({ ...schedule, decayShare: 0 }, 100, 100)).toBe(2);
  });
});
