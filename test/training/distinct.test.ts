import { expect, it } from 'vitest';
import { distinctShare, ngramsOf } from '../../src/training/distinct.ts';

const lines = ['明月明月', '明月'].map((line) => [...line]);

it('n-grams lie within a line', () => {
  expect(ngramsOf([...'春江花月'], 3)).toEqual(['春江花', '江花月']);
  expect(ngramsOf([...'春江'], 3)).toEqual([]);
});

it('distinct-n is the share of different n-grams, across lines', () => {
  expect(distinctShare(lines, 1)).toBe(2 / 6);
  // 明月, 月明, 明月; 明月.
  expect(distinctShare(lines, 2)).toBe(2 / 4);
  expect(distinctShare(lines, 5)).toBeNull();
});
