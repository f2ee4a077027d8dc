import { expect, test } from 'vitest';
import { characterExcess } from '../../../src/training/reward/character-excess.ts';

const model = '煙'.repeat(98) + '是'.repeat(23);
const people = '煙'.repeat(23) + '是'.repeat(98);
const excess = characterExcess([model], [people]);

test('is the mean log-ratio of the frequencies of the characters', () => {
  expect(excess('煙')).toBeCloseTo(Math.log(4));
  expect(excess('是')).toBeCloseTo(-Math.log(4));
  expect(excess('煙是')).toBeCloseTo(0);
  expect(excess('煙煙是')).toBeCloseTo(Math.log(4) / 3);
});

test('is at most two nats either way for a character', () => {
  const rare = characterExcess(['煙'.repeat(1000)], ['是'.repeat(1000)]);
  expect(rare('煙')).toBe(2);
  expect(rare('是')).toBe(-2);
});

test('is 0 for a line without characters', () => {
  expect(excess('')).toBe(0);
});
