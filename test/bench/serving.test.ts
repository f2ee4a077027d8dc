import { describe, expect, test } from 'vitest';
import { quantile } from '../../bench/serving.ts';

describe('a quantile', () => {
  test('is the value that is greater than that share of all', () => {
    const shuffled = Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1);
    expect(quantile(shuffled, 0)).toBe(1);
    expect(quantile(shuffled, 0.5)).toBe(51);
    expect(quantile(shuffled, 0.95)).toBe(96);
    expect(quantile(shuffled, 0.99)).toBe(100);
    expect(quantile(shuffled, 1)).toBe(100);
  });

  test('is the only value, and no number if there is none', () => {
    expect(quantile([7], 0.5)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });

  test('does not reorder the values', () => {
    const values = [10, 9, 100];
    expect(quantile(values, 0.5)).toBe(10);
    expect(values).toEqual([10, 9, 100]);
  });
});
