import { expect, test } from 'vitest';
import { LineIndex } from '../../src/text-index/line-index.ts';
import { PairAssociation } from '../../src/text-index/pair-association.ts';

const LINES = ['春風吹柳絮', '春風入草堂', '春風過草堂', '明月照春山', '明月出東山'];

test('is the pointwise mutual information of neighbours', () => {
  const pairs = new PairAssociation(LineIndex.build(LINES));
  // 春風 stands in 3 places, 春 in 4, 風 in 3, of 25; half an occurrence is added.
  expect(pairs.of('春', '風')).toBeCloseTo(Math.log(3.5 / ((4 * 3) / 25)));
  expect(pairs.of('草', '堂')).toBeCloseTo(Math.log(2.5 / ((2 * 2) / 25)));
});

test('is low for characters that are never neighbours, and knows their order', () => {
  const pairs = new PairAssociation(LineIndex.build(LINES));
  expect(pairs.of('風', '春')).toBeCloseTo(Math.log(0.5 / ((3 * 4) / 25)));
  expect(pairs.of('山', '明')).toBeCloseTo(Math.log(0.5 / ((2 * 2) / 25)));
  expect(pairs.of('春', '山')).toBeGreaterThan(pairs.of('春', '堂'));
});

test('is 0 for a character that the corpus does not have', () => {
  const pairs = new PairAssociation(LineIndex.build(LINES));
  expect(pairs.of('春', '龘')).toBe(0);
  expect(pairs.of('', '春')).toBe(0);
});
