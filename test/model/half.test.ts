import { describe, expect, it } from 'vitest';
import { fromHalf, toHalf } from '../../src/model/half.ts';
import { Random } from '../../src/model/random.ts';

const through = (...values: number[]) => [...fromHalf(toHalf(Float32Array.from(values)))];

describe('half precision', () => {
  it('keeps what it can hold exactly', () => {
    const exact = [0, 1, -1, 0.5, 1.5, 1024, 65504, -65504, 2 ** -14, 2 ** -24, 3 * 2 ** -24];
    expect(through(...exact)).toEqual(exact);
  });

  it('returns every half unchanged', () => {
    const all = Uint16Array.from({ length: 0x7c00 }, (_, i) => i);
    expect(toHalf(fromHalf(all))).toEqual(all);
  });

  it('rounds to the nearest, ties to even', () => {
    expect(through(1 + 2 ** -11, 1 + 3 * 2 ** -11)).toEqual([1, 1 + 2 ** -9]);
    expect(through(2 ** -25, 3 * 2 ** -25)).toEqual([0, 2 ** -23]);
  });

  it('is within half a unit in the last place of any value', () => {
    const random = new Random(1);
    const values = Array.from({ length: 1000 }, () => random.normal());
    for (const [i, back] of through(...values).entries()) {
      const value = values[i] as number;
      expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(value) * 2 ** -11));
    }
  });

  it('carries infinities and what is not a number', () => {
    expect(through(Infinity, -Infinity, 1e6, Number.NaN)).toEqual([
      Infinity,
      -Infinity,
      Infinity,
      Number.NaN,
    ]);
  });
});
