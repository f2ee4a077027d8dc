import { expect, test } from 'vitest';
import { LineIndex } from '../../src/text-index/line-index.ts';
import { PairAssociation } from '../../src/text-index/pair-association.ts';

const LINES = ['春風吹柳絮', '春風入草堂', '春風過草堂', '明月照春山', '明月出東山'];

test('is the pointwise mutual information of neighbours', () => {
  const pairs = new PairAssociation(LineIndex.build(LINES));
  // 春風 stands in 3 places, 春 in 4, 風 in 3, of 25; a tenth of an occurrence is added on both sides.
  expect(pairs.of('春', '風')).toBeCloseTo(Math.log(3.1 / ((4 * 3) / 25 + 0.1)));
  expect(pairs.of('草', '堂')).toBeCloseTo(Math.log(2.1 / ((2 * 2) / 25 + 0.1)));
});

test('is low for characters that are never neighbours, and knows their order', () => {
  const pairs = new PairAssociation(LineIndex.build(LINES));
  expect(pairs.of('風', '春')).toBeCloseTo(Math.log(0.1 / ((3 * 4) / 25 + 0.1)));
  expect(pairs.of('山', '明')).toBeCloseTo(Math.log(0.1 / ((2 * 2) / 25 + 0.1)));
  expect(pairs.of('春', '山')).toBeGreaterThan(pairs.of('春', '堂'));
});

test('takes two rare characters that never met for no word', () => {
  const many = Array.from({ length: 500 }, () => '春風過草堂');
  const pairs = new PairAssociation(LineIndex.build([...many, '姓氏無人問', '馬蹄何處來']));
  expect(pairs.of('姓', '蹄')).toBeLessThan(0.1);
  expect(pairs.of('姓', '氏')).toBeGreaterThan(1.5);
});

test('is 0 for a character that the corpus does not have', () => {
  const pairs = new PairAssociation(LineIndex.build(LINES));
  expect(pairs.of('春', '龘')).toBe(0);
  expect(pairs.of('', '春')).toBe(0);
});
