import { expect, test } from 'vitest';
import { largestDeviation, referenceProduct, referenceStep } from '../../src/model/reference.ts';

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

test('a product is rows times columns', () => {
  expect([...referenceProduct([1, 2, 3, 4, 5, 6], [1, 0, 2, 1, 0, 3], 2, 3, 2)]).toEqual([5, 11, 14, 23]);
});

test('an LSTM step keeps by f, adds by i and gives out by o', () => {
  const [h, c] = referenceStep('lstm', 1, [1, 2, 3, 4], [0.5, 0.5, 0.5, 0.5], [[0], [2]]);
  const next = sigmoid(2.5) * 2 + sigmoid(1.5) * Math.tanh(3.5);
  expect(c?.[0]).toBeCloseTo(next, 12);
  expect(h?.[0]).toBeCloseTo(sigmoid(4.5) * Math.tanh(next), 12);
});

test('a GRU step resets the recurrent share alone', () => {
  const [h] = referenceStep('gru', 1, [1, 2, 3], [0.5, 0.5, 0.5], [[2]]);
  const n = Math.tanh(3 + sigmoid(2.5) * 0.5);
  expect(h?.[0]).toBeCloseTo((1 - sigmoid(1.5)) * n + sigmoid(1.5) * 2, 12);
});

test('a step of a simple cell is row by row', () => {
  const [h] = referenceStep('rnn', 2, [1, 2, 3, 4], [0, 0, 0, 1], [[9, 9, 9, 9]]);
  expect([...(h ?? [])]).toEqual([1, 2, 3, 5].map(Math.tanh));
});

test('a NaN or another length is the largest deviation', () => {
  expect(largestDeviation([1, 2], [1, 2.5])).toBe(0.5);
  expect(largestDeviation([1, Number.NaN], [1, 2])).toBeNaN();
  expect(largestDeviation([1], [1, 2])).toBeNaN();
});
