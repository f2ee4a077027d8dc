import { describe, expect, test } from 'vitest';
import { multiplyAddsOf } from '../../bench/training.ts';
import { makeBatch } from '../../src/training/batch.ts';

describe('the multiply-adds of a training step', () => {
  // Three sequences of four predictions: T = 4, B = 3, N = 12.
  const batch = makeBatch(Array.from({ length: 3 }, () => ({ tokens: [1, 2, 3, 4, 5], prefix: 1 })));
  const sizes = { vocabulary: 50, embedding: 5, hidden: 7, layers: 2 } as const;

  test('are those of all its products, forward and twice backward', () => {
    const inputs = 12 * 5 * 28 + 12 * 7 * 28;
    const recurrent = 2 * 9 * 7 * 28;
    const output = 12 * 7 * 50;
    expect(multiplyAddsOf({ ...sizes, cell: 'lstm', tied: false }, batch)).toBe(
      3 * (inputs + recurrent + output),
    );
  });

  test('of a tied network go through the projection to the embedding', () => {
    const inputs = 12 * 5 * 21 + 12 * 7 * 21;
    const recurrent = 2 * 9 * 7 * 21;
    const output = 12 * (7 * 5 + 5 * 50);
    expect(multiplyAddsOf({ ...sizes, cell: 'gru', tied: true }, batch)).toBe(
      3 * (inputs + recurrent + output),
    );
  });
});
