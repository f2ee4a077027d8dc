import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import { Random } from '../../src/model/random.ts';
import { freesWhatItAllocates, parityWithCpu } from './parity.ts';

await parityWithCpu('wasm');
freesWhatItAllocates('wasm');

test('sums rows by segment, dropping those of a negative id', async () => {
  await startEngine('wasm');
  const rows = tf.tensor2d([1, 2, 10, 20, 100, 200, 1000, 2000], [4, 2]);
  const sums = tf.unsortedSegmentSum(rows, tf.tensor1d([2, 0, -1, 2], 'int32'), 4);
  expect(sums.shape).toEqual([4, 2]);
  expect([...(await sums.data())]).toEqual([10, 20, 0, 0, 1001, 2002, 0, 0]);
});

test('refuses a segment id beyond the result', async () => {
  await startEngine('wasm');
  expect(() => tf.unsortedSegmentSum(tf.ones([2, 3]), tf.tensor1d([0, 2], 'int32'), 2)).toThrow(
    'segment 2 is not below 2',
  );
});

test('sums correctly if the heap grows', async () => {
  await startEngine('wasm');
  // The result is larger than the module's initial heap, so its allocation moves the memory of the rows.
  const [segments, width] = [10_000, 1000];
  const rows = tf.ones<tf.Rank.R2>([3, width]);
  const sums = tf.unsortedSegmentSum(rows, tf.tensor1d([9_999, 3, 9_999], 'int32'), segments);
  const totals = await tf.sum(sums, 1).data<'float32'>();
  expect(totals[9_999]).toBe(2 * width);
  expect(totals[3]).toBe(width);
  expect(totals.reduce((a, b) => a + b, 0)).toBe(3 * width);
});

/** Runs an operation on cpu and on wasm and expects equal results. */
async function expectAsOnCpu(values: Float32Array, shape: number[], operate: (x: tf.Tensor) => tf.Tensor[]) {
  const results: { shape: number[]; values: number[] }[][] = [];
  for (const engine of ['cpu', 'wasm'] as const) {
    await startEngine(engine);
    const before = tf.memory().numTensors;
    const x = tf.tensor(values, shape);
    const pieces = operate(x);
    results.push(pieces.map((piece) => ({ shape: piece.shape, values: [...piece.dataSync()] })));
    tf.dispose([x, pieces]);
    expect(tf.memory().numTensors).toBe(before);
  }
  expect(results[1]).toEqual(results[0]);
}

test('cuts boxes out of tensors of every rank as cpu does', async () => {
  const random = new Random(7);
  for (let round = 0; round < 60; round++) {
    const shape = Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(6));
    const begin = shape.map((length) => random.below(length));
    const size = shape.map((length, i) =>
      random.below(2) === 0 ? -1 : 1 + random.below(length - (begin[i] ?? 0)),
    );
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.uniform());
    await expectAsOnCpu(values, shape, (x) => [tf.slice(x, begin, size)]);
  }
});

test.each([
  { shape: [12, 5], parts: 4, axis: 0 },
  { shape: [5, 12], parts: 4, axis: 1 },
  { shape: [5, 12], parts: [3, 0, 9], axis: -1 },
  { shape: [2, 6, 3], parts: [1, 2, 3], axis: 1 },
  { shape: [7], parts: [2, 5], axis: 0 },
])('splits $shape into $parts along $axis as cpu does', async ({ shape, parts, axis }) => {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i);
  await expectAsOnCpu(values, shape, (x) => tf.split(x, parts, axis));
});

test.each([
  { shape: [40, 33], axis: 0, keepDims: false },
  { shape: [40, 33], axis: 0, keepDims: true },
  { shape: [43, 33], axis: -2, keepDims: false },
  { shape: [0, 3], axis: 0, keepDims: false },
  { shape: [40, 33], axis: 1, keepDims: false },
  { shape: [40, 33], axis: undefined, keepDims: false },
  { shape: [4, 3, 5], axis: 0, keepDims: false },
])('sums $shape over $axis as cpu does', async ({ shape, axis, keepDims }) => {
  // Whole numbers, whose sums are exact in any order.
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i % 17) - 8);
  await expectAsOnCpu(values, shape, (x) => [tf.sum(x, axis, keepDims)]);
});

test('leaves other types than float32 to the original kernels', async () => {
  await startEngine('wasm');
  const words = tf.tensor(['春', '江', '花', '月']);
  expect(tf.slice(words, [1], [2]).dataSync()).toEqual(['江', '花']);
  const counts = tf.tensor2d([1, 2, 3, 4], [2, 2], 'int32');
  expect([...tf.slice(counts, [0, 1], [2, 1]).dataSync()]).toEqual([2, 4]);
  const sums = tf.sum(counts, 0);
  expect([sums.dtype, ...sums.dataSync()]).toEqual(['int32', 4, 6]);
});
