import { describe, expect, test } from 'vitest';
import { best, cost, seedOf } from '../../src/decoding/ranking.ts';

const poem = (text: string, mean: number) => ({
  characters: [...text],
  nll: 10 * mean,
  hanzi: 10,
  title: '',
});

describe('the best of several poems', () => {
  test('is the likeliest, the first of equals', () => {
    const [a, b, c] = [poem('春江花月夜，', 4.5), poem('秋山明月夜，', 4.2), poem('空山新雨後，', 4.2)];
    expect(best([a, b, c])).toBe(b);
    expect(() => best([])).toThrow(RangeError);
  });

  test('does not go round in circles', () => {
    const loop = poem('明月明月明，月明月明月。', 3.9);
    const fresh = poem('明月出天山，蒼茫雲海間。', 4.5);
    expect(best([loop, fresh])).toBe(fresh);
  });

  test('may double a character', () => {
    expect(cost(poem('悠悠天地間，', 4))).toBe(4);
    expect(cost(poem('悠天悠地間，', 4))).toBeGreaterThan(4);
  });

  test('counts poems with nothing written as they stand', () => {
    expect(cost({ characters: ['月'], nll: 0, hanzi: 0, title: '' })).toBe(0);
  });
});

test('the first row has the seed of its order, the others seeds of their own', () => {
  const seeds = Array.from({ length: 8 }, (_, n) => seedOf(42, n));
  expect(seeds[0]).toBe(42);
  expect(new Set(seeds).size).toBe(8);
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
});
