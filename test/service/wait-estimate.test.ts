import { expect, test } from 'vitest';
import { WaitEstimate } from '../../src/service/wait-estimate.ts';

test('a place waits for as many rounds as the orders before it fill', () => {
  const estimate = new WaitEstimate(4);
  estimate.start(1000);
  expect([1, 4, 5, 8, 9].map((place) => estimate.of(place))).toEqual([1000, 1000, 2000, 2000, 3000]);
});

test('the mean follows recent poems', () => {
  const estimate = new WaitEstimate(1);
  estimate.start(1000);
  estimate.add(2000);
  expect(estimate.of(1)).toBe(1100);
  for (let n = 0; n < 100; n++) estimate.add(500);
  expect(estimate.of(1)).toBeCloseTo(500, -1);
});
