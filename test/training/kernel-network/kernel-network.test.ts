import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Architecture, CELL_NAMES } from '../../../src/model/architecture.ts';
import { Random } from '../../../src/model/random.ts';
import { largestDeviation } from '../../../src/model/reference.ts';
import { type Batch, makeBatch } from '../../../src/training/batch.ts';
import { KernelNetwork } from '../../../src/training/kernel-network/kernel-network.ts';
import { initialParameters } from '../../../src/training/network/network.ts';
import type { OptimizerSettings } from '../../../src/training/network/optimizer.ts';
import { TensorNetwork } from '../../../src/training/network/tensor-network.ts';
import type { NamedValues, TrainableNetwork } from '../../../src/training/network/trainable-network.ts';
import { referenceLoss } from '../../model/reference.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const ADAM: OptimizerSettings = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-2 };
const RMSPROP: OptimizerSettings = { kind: 'rmsprop', decay: 0.99, epsilon: 1e-2 };
const NO_DROPOUT = { rate: 0, seed: 0 };

function parametersOf(architecture: Architecture): NamedValues {
  // Nothing is at zero, where a wrong gradient could hide.
  const random = new Random(7);
  const values = initialParameters(architecture, 3);
  for (const array of values.values())
    for (const i of array.keys()) array[i] = (array[i] ?? 0) + 0.2 * random.normal();
  return values;
}

function sequences(vocabulary: number, lengths: readonly number[]) {
  const random = new Random(3);
  return lengths.map((length) => ({
    tokens: Array.from({ length }, () => random.below(vocabulary)),
    prefix: 2,
  }));
}

/** The largest deviation of any array, relative to the largest number of the expected one. */
function expectClose(actual: NamedValues, expected: NamedValues, tolerance: number): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [name, values] of expected) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    expect(largestDeviation(actual.get(name) ?? [], values) / largest, name).toBeLessThan(tolerance);
  }
}

async function step(network: TrainableNetwork, batch: Batch, number: number, rate = 0): Promise<number> {
  const { loss, norm } = await network.computeGradients(batch, { rate, seed: number });
  network.update({ learningRate: 0.01, scale: Math.min(1, 0.5 / norm), step: number });
  return loss;
}

// Odd sizes, so that vectors, panels and tiles have remainders; in the second, more than one tile of everything.
const SIZES = [
  { vocabulary: 23, embedding: 5, hidden: 7, lengths: [10, 5, 7] },
  { vocabulary: 301, embedding: 43, hidden: 70, lengths: [12, 9, 3, 12, 8, 8, 11] },
];

describe.each(
  SIZES.flatMap((sizes) =>
    CELL_NAMES.flatMap((cell) => [true, false].map((tied) => ({ ...sizes, cell, tied }))),
  ),
)('a network of $hidden $cell units, tied: $tied', ({ lengths, ...rest }) => {
  const architecture: Architecture = { ...rest, layers: 2 };
  const parameters = parametersOf(architecture);
  const spoken = sequences(architecture.vocabulary, lengths);
  const batch = makeBatch(spoken);

  test.each([
    { rate: 0, weighted: false },
    { rate: 0.4, weighted: false },
    { rate: 0, weighted: true },
  ])(
    'has the loss and the gradients of tensors, with dropout $rate, weighted: $weighted',
    async ({ rate, weighted }) => {
      const own = new KernelNetwork(architecture, ADAM, parameters);
      const oracle = new TensorNetwork(architecture, ADAM, parameters, new Map(), 'float32');
      const dropout = { rate, seed: 5 };
      const random = new Random(11);
      const weights = weighted ? Float32Array.from(batch.targets, () => random.normal()) : undefined;
      // A batch with weights does not leave them to the next one.
      await own.computeGradients({ ...batch, weights: new Float32Array(batch.targets.length) }, NO_DROPOUT);
      const learned = { ...batch, ...(weights && { weights }) };
      const expected = await oracle.computeGradients(learned, dropout);
      const actual = await own.computeGradients(learned, dropout);
      expect(actual.loss).toBeCloseTo(expected.loss, 5);
      expect(actual.norm / expected.norm).toBeCloseTo(1, 5);
      expectClose(await own.readGradients(), await oracle.readGradients(), 2e-5);
      own.dispose();
      oracle.dispose();
    },
  );

  test('has the loss of the plain reference', async () => {
    const own = new KernelNetwork(architecture, ADAM, parameters);
    const wide = new Map([...parameters].map(([name, values]) => [name, Float64Array.from(values)]));
    const { loss } = await own.computeGradients(batch, NO_DROPOUT);
    expect(loss).toBeCloseTo(referenceLoss(architecture, wide, spoken), 5);
    own.dispose();
  });

  test.each([ADAM, RMSPROP])('learns as tensors do with $kind', async (optimizer) => {
    const own = new KernelNetwork(architecture, optimizer, parameters);
    const oracle = new TensorNetwork(architecture, optimizer, parameters, new Map(), 'float32');
    for (let number = 1; number <= 3; number++) {
      expect(await step(own, batch, number, 0.2)).toBeCloseTo(await step(oracle, batch, number, 0.2), 4);
    }
    const [actual, expected] = [await own.read(), await oracle.read()];
    expectClose(actual.parameters, expected.parameters, 1e-4);
    expectClose(actual.slots, expected.slots, 1e-3);
    own.dispose();
    oracle.dispose();
  });

  test('scores predictions as tensors do', async () => {
    const own = new KernelNetwork(architecture, null, parameters);
    const oracle = new TensorNetwork(architecture, null, parameters, new Map(), 'float32');
    const scores = await own.negativeLogLikelihoods(batch);
    expect(largestDeviation(scores, await oracle.negativeLogLikelihoods(batch))).toBeLessThan(1e-5);
    own.dispose();
    oracle.dispose();
  });
});

describe('a network of kernels', () => {
  const architecture: Architecture = {
    cell: 'lstm',
    vocabulary: 97,
    embedding: 20,
    hidden: 33,
    layers: 2,
    tied: true,
  };
  const parameters = parametersOf(architecture);
  const [small, large] = [
    [6, 4],
    [14, 9, 9, 12, 3],
  ].map((lengths) => makeBatch(sequences(architecture.vocabulary, lengths))) as [Batch, Batch];

  test('that resumes reaches the very numbers of one that went on', async () => {
    const whole = new KernelNetwork(architecture, ADAM, parameters);
    for (const [i, batch] of [small, large, small, large].entries()) await step(whole, batch, i + 1, 0.3);
    const first = new KernelNetwork(architecture, ADAM, parameters);
    for (const [i, batch] of [small, large].entries()) await step(first, batch, i + 1, 0.3);
    const saved = await first.read();
    const second = new KernelNetwork(architecture, ADAM, saved.parameters, saved.slots);
    for (const [i, batch] of [small, large].entries()) await step(second, batch, i + 3, 0.3);
    expect(await second.read()).toEqual(await whole.read());
    for (const network of [whole, first, second]) network.dispose();
  });

  test('learns the very same with any number of threads', async () => {
    const results = [];
    for (const threads of [1, 2, 5]) {
      const network = new KernelNetwork(architecture, ADAM, parameters, new Map(), threads);
      for (const [i, batch] of [large, small, large].entries()) await step(network, batch, i + 1, 0.3);
      results.push(await network.read());
      network.dispose();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('learns the same from a batch, whatever larger batch was there before', async () => {
    const [fresh, used] = [1, 2].map(() => new KernelNetwork(architecture, ADAM, parameters));
    if (!fresh || !used) throw new Error('two networks');
    await used.computeGradients(large, { rate: 0.3, seed: 1 });
    await fresh.computeGradients(small, NO_DROPOUT);
    await used.computeGradients(small, NO_DROPOUT);
    expect(await used.readGradients()).toEqual(await fresh.readGradients());
    fresh.dispose();
    used.dispose();
  });

  test('allocates nothing once it has seen the largest batch', async () => {
    const network = new KernelNetwork(architecture, ADAM, parameters);
    await step(network, large, 1, 0.3);
    const { bytes } = network;
    const losses: number[] = [];
    for (let number = 2; number <= 300; number++)
      losses.push(await step(network, number % 2 ? large : small, number));
    expect(network.bytes).toBe(bytes);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) / 2);
    network.dispose();
  });

  test('keeps gradients for one update', async () => {
    const network = new KernelNetwork(architecture, ADAM, parameters);
    const options = { learningRate: 0.01, scale: 1, step: 1 };
    expect(() => network.update(options)).toThrow('no gradients are kept');
    await network.computeGradients(small, NO_DROPOUT);
    network.update(options);
    await expect(network.readGradients()).rejects.toThrow('no gradients are kept');
    network.dispose();
  });

  test('computes the same in parts as tensors do at once, if a batch is too large for one part', async () => {
    const many = makeBatch(sequences(architecture.vocabulary, new Array(90).fill(26)));
    expect(many.inputs.length).toBeGreaterThan(2048);
    const own = new KernelNetwork(architecture, ADAM, parameters);
    const oracle = new TensorNetwork(architecture, ADAM, parameters, new Map(), 'float32');
    const expected = await oracle.computeGradients(many, NO_DROPOUT);
    const actual = await own.computeGradients(many, NO_DROPOUT);
    expect(actual.loss).toBeCloseTo(expected.loss, 5);
    expectClose(await own.readGradients(), await oracle.readGradients(), 5e-5);
    own.dispose();
    oracle.dispose();
  });
});
