import { describe, expect, test } from 'vitest';
import { NormalEquations } from '../../../src/training/reward/ridge.ts';

const EXAMPLES: readonly (readonly [readonly number[], number])[] = [
  [[1, 2, 0], 3],
  [[0, 1, 1], -1],
  [[2, 0, 1], 4],
  [[1, 1, 3], 0.5],
  [[-1, 2, 1], 2],
];

function equations(examples: readonly (readonly [readonly number[], number])[]): NormalEquations {
  const sums = new NormalEquations(3);
  for (const [x, y] of examples) sums.add(Float64Array.from(x), y);
  return sums;
}

describe('ridge regression', () => {
  test('has no gradient left at its weights', () => {
    const penalty = 0.7;
    const weights = equations(EXAMPLES).solve(penalty);
    for (let i = 0; i < 3; i++) {
      const gradient = EXAMPLES.reduce(
        (sum, [x, y]) => {
          const error = x.reduce((dot, value, j) => dot + value * (weights[j] ?? 0), 0) - y;
          return sum + error * (x[i] ?? 0);
        },
        penalty * (weights[i] ?? 0),
      );
      expect(gradient).toBeCloseTo(0, 10);
    }
  });

  test('finds the weights that made the targets if the penalty is small', () => {
    const exact = EXAMPLES.map(([x]) => [x, 2 * (x[0] ?? 0) - (x[1] ?? 0) + 0.5 * (x[2] ?? 0)] as const);
    const weights = equations(exact).solve(1e-9);
    expect(weights[0]).toBeCloseTo(2, 6);
    expect(weights[1]).toBeCloseTo(-1, 6);
    expect(weights[2]).toBeCloseTo(0.5, 6);
  });

  test('adds sums over other examples, and takes them off again', () => {
    const [first, rest] = [EXAMPLES.slice(0, 2), EXAMPLES.slice(2)];
    const sums = equations(first);
    sums.addSums(equations(rest));
    expect([...sums.solve(1)]).toEqual(
      [...equations(EXAMPLES).solve(1)].map((weight) => expect.closeTo(weight, 10)),
    );
    sums.addSums(equations([[[3, 1, 4], 1]]));
    sums.addSums(equations([[[3, 1, 4], 1]]), -1);
    const [again, before] = [sums.solve(1), equations(EXAMPLES).solve(1)];
    for (const [i, weight] of again.entries()) expect(weight).toBeCloseTo(before[i] ?? Number.NaN, 10);
  });
});
