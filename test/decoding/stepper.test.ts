import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Sampler } from '../../src/decoding/sampler.ts';
import { Stepper } from '../../src/decoding/stepper.ts';
import { CELL_NAMES } from '../../src/model/architecture.ts';
import { Random } from '../../src/model/random.ts';
import { FIRST_HANZI } from '../../src/model/vocabulary.ts';
import { CELLS } from '../../src/training/network/cells/cells.ts';
import { inputProduct, recurrentWeights, toTensors } from '../../src/training/network/network.ts';
import { logits } from '../../src/training/network/output.ts';
import { type TinyModel, tinyModel } from '../model/tiny-model.ts';

/** The logits after a sequence, by the network's own definition. */
function oracle(
  { architecture, parameters }: Pick<TinyModel, 'architecture' | 'parameters'>,
  tokens: readonly number[],
): Float32Array {
  return tf.tidy(() => {
    const tensors = toTensors(architecture, parameters);
    const cell = CELLS[architecture.cell];
    const zeros = () => tf.zeros([1, architecture.hidden]) as tf.Tensor2D;
    let states = Array.from({ length: architecture.layers }, () =>
      Array.from({ length: cell.states }, zeros),
    );
    let x = zeros();
    for (const token of tokens) {
      x = tf.gather(tensors.embedding as tf.Tensor2D, [token]) as tf.Tensor2D;
      states = states.map((state, layer) => {
        const zx = inputProduct(tensors, layer, x);
        const next = cell.forward(zx, state, recurrentWeights(tensors, layer)).state;
        x = next[0] as tf.Tensor2D;
        return next;
      });
    }
    return logits(tensors, x).dataSync<'float32'>();
  });
}

function difference(a: Float32Array, b: Float32Array): number {
  let worst = 0;
  for (const [i, value] of a.entries()) worst = Math.max(worst, Math.abs(value - (b[i] ?? Number.NaN)));
  return worst;
}

describe.each(CELL_NAMES)('a stepper with %s cells', (cell) => {
  test.each([true, false])('gives the logits of the network, tied: %s', async (tied) => {
    const model = await tinyModel(cell, { tied });
    const { stepper, architecture } = model;
    const tokens = [4, 2, 20, 33, 41, 20];
    stepper.reserve(3);
    for (let n = 0; n < 3; n++) stepper.restore(n, null);
    for (const [i, token] of tokens.entries()) await stepper.step(Int32Array.of(7 + i, token, 9 + i), 3);
    const got = (await stepper.logits([1])).slice();
    const expected = oracle(model, tokens);
    expect(got).toHaveLength(architecture.vocabulary);
    expect(difference(got, expected)).toBeLessThan(1e-4);

    const ids = [FIRST_HANZI, FIRST_HANZI + 30, 1];
    const { kernels } = stepper;
    const V = architecture.vocabulary;
    const logits = (await stepper.recordProjection([0, 2, 1], 2)) + 4 * 2 * V;
    kernels.run();
    const sampler = new Sampler(V, null, kernels, stepper.outputWeights);
    const hidden = stepper.hiddenFor(2, ids.length);
    const sampling = { temperature: 0, topP: 1 };
    sampler.set(0, { logits, ids: Int32Array.from(ids), sampling, random: new Random(1), hidden });
    sampler.drawNow(0);
    const likeliest = ids.toSorted((a, b) => (expected[b] ?? 0) - (expected[a] ?? 0))[0];
    expect(sampler.drawn(0)).toBe(likeliest);
    for (const id of ids) {
      expect(kernels.memory.floats(logits, V)[id]).toBeCloseTo(expected[id] ?? Number.NaN, 4);
    }
  });
});

test.each(CELL_NAMES)(
  'a stepper with %s cells and products of whole numbers is nearly as exact',
  async (cell) => {
    const model = await tinyModel(cell, { tied: true });
    const { architecture, parameters } = model;
    const stepper = await Stepper.create(architecture, parameters, { products: 'kernels-int16' });
    onTestFinished(() => stepper.dispose());
    const tokens = [4, 2, 20, 33, 41, 20];
    stepper.reserve(3);
    for (let n = 0; n < 3; n++) stepper.restore(n, null);
    for (const [i, token] of tokens.entries()) await stepper.step(Int32Array.of(7 + i, token, 9 + i), 3);
    const expected = oracle(model, tokens);
    const off = difference((await stepper.logits([1])).slice(), expected);
    expect(off).toBeLessThan(5e-3 * Math.max(...expected.map(Math.abs)));
    // It is not float32 that was tested.
    expect(off).toBeGreaterThan(1e-6);
  },
);

test.each(['kernels-float32', 'kernels-int16'] as const)(
  'a row is the same to the last bit whatever stands beside it, with %s',
  async (products) => {
    const { architecture, parameters } = await tinyModel('lstm', { tied: true });
    const stepper = await Stepper.create(architecture, parameters, { products });
    onTestFinished(() => stepper.dispose());
    const sequence = [5, 2, 19, 40, 23];
    const alone: Float32Array[] = [];
    stepper.reserve(64);
    stepper.restore(0, null);
    for (const token of sequence) {
      await stepper.step(Int32Array.of(token), 1);
      alone.push((await stepper.logits([0])).slice());
    }
    for (const [rows, at] of [
      [2, 1],
      [7, 3],
      [33, 32],
      [64, 17],
    ] as const) {
      for (let n = 0; n < rows; n++) stepper.restore(n, null);
      for (const [i, token] of sequence.entries()) {
        const tokens = Int32Array.from({ length: rows }, (_, n) =>
          n === at ? token : 10 + ((n * 7 + i) % 50),
        );
        await stepper.step(tokens, rows);
        expect(await stepper.logits([at])).toEqual(alone[i]);
      }
    }
  },
);

test.each([
  [1, 'kernels-float32'],
  [3, 'kernels-float32'],
  [1, 'engine-float32'],
] as const)('siblings have states of their own, with %i threads and %s', async (threads, products) => {
  const { architecture, parameters } = await tinyModel('gru', { tied: true });
  const one = await Stepper.create(architecture, parameters, { threads, products });
  onTestFinished(() => one.dispose());
  const two = one.sibling();
  const cases = [
    { stepper: one, sequence: [5, 2, 19] },
    { stepper: two, sequence: [7, 40, 23] },
  ];
  for (const { stepper } of cases) {
    stepper.reserve(40);
    for (let n = 0; n < 40; n++) stepper.restore(n, null);
    expect(stepper.byKernels).toBe(products !== 'engine-float32');
  }
  for (let i = 0; i < 3; i++) {
    for (const { stepper, sequence } of cases) {
      await stepper.step(new Int32Array(40).fill(sequence[i] ?? 0), 40);
    }
  }
  for (const { stepper, sequence } of cases) {
    const got = await stepper.logits([39]);
    const expected = oracle({ architecture, parameters }, sequence);
    expect(difference(got, expected)).toBeLessThan(1e-4);
  }
});

test('states can be put aside, moved and taken up again', async () => {
  const { stepper } = await tinyModel('lstm');
  stepper.reserve(4);
  for (let n = 0; n < 4; n++) stepper.restore(n, null);
  await stepper.step(Int32Array.of(20, 21, 22, 23), 4);
  const expected = (await stepper.logits([2])).slice();
  const saved = stepper.save(2);
  stepper.move(2, 0);
  expect(await stepper.logits([0])).toEqual(expected);
  await stepper.step(Int32Array.of(30, 31, 32, 33), 4);
  stepper.restore(3, saved);
  stepper.reserve(200);
  expect(await stepper.logits([3])).toEqual(expected);
});

test('nothing is left on the engine', async () => {
  const before = tf.memory().numTensors;
  const { stepper } = await tinyModel('gru');
  const loaded = tf.memory().numTensors;
  stepper.reserve(8);
  for (let i = 0; i < 20; i++) {
    await stepper.step(new Int32Array(8).fill(20 + i), 8);
    await stepper.logits([0, 3, 5]);
  }
  expect(tf.memory().numTensors).toBe(loaded);
  stepper.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
