import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { startEngine } from '../../../src/model/engine.ts';
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

test('refuses a segment that the result does not have', async () => {
  await startEngine('wasm');
  expect(() => tf.unsortedSegmentSum(tf.ones([2, 3]), tf.tensor1d([0, 2], 'int32'), 2)).toThrow(
    'segment 2 is not below 2',
  );
});

test('sums into a heap that grows under it', async () => {
  await startEngine('wasm');
  // The result is larger than the module's first heap: making it moves the memory that views of the rows are on.
  const [segments, width] = [10_000, 1000];
  const rows = tf.ones<tf.Rank.R2>([3, width]);
  const sums = tf.unsortedSegmentSum(rows, tf.tensor1d([9_999, 3, 9_999], 'int32'), segments);
  const totals = (await tf.sum(sums, 1).data()) as Float32Array;
  expect(totals[9_999]).toBe(2 * width);
  expect(totals[3]).toBe(width);
  expect(totals.reduce((a, b) => a + b, 0)).toBe(3 * width);
});
