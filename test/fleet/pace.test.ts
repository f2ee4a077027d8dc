import { expect, it } from 'vitest';
import { Pace } from '../../src/fleet/pace.ts';

const peer = (aloneMs: number, meanRunMs: number | null = null) => ({ aloneMs, meanRunMs });

it('an engine that is alone, or as fast as the others, fills its batch', () => {
  expect(new Pace(16, 50).places([])).toBe(16);
  expect(new Pace(16, 50).places([peer(40), peer(90)])).toBe(16);
});

it('an engine that is 20 times slower takes one at a time', () => {
  expect(new Pace(16, 1000).places([peer(50)])).toBe(1);
});

it('an engine that becomes slow takes fewer, and more again when it has recovered', () => {
  const pace = new Pace(16, 50);
  pace.add(5000);
  expect([1, 2, 3, 4, 5].map(() => pace.places([peer(50, 100)]))).toEqual([8, 4, 2, 1, 1]);
  for (let i = 0; i < 100; i++) pace.add(100);
  expect([1, 2, 3].map(() => pace.places([peer(50, 100)]))).toEqual([2, 3, 4]);
});
