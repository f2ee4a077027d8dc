import { describe, expect, it } from 'vitest';
import { fromHalf, toHalf } from '../../src/model/half.ts';
import { Random } from '../../src/model/random.ts';

const through = (...values: number[]) => [...fromHalf(toHalf(Float32Array.from(values)))];

describe('half precision', () => {
  it('keeps values that it can represent', () => {
    const exact = [0, 1, -1, 0.5, 1.5, 1024, 65504, -65504, 2 ** -14, 2 ** -24, 3 * 2 ** -24];
    expect(through(...exact)).toEqual(exact);
  });

  it('converts every float16 to float32 and back', () => {
    const all = Uint16Array.from({ length: 0x7c00 }, (_, i) => i);
    expect(toHalf(fromHalf(all))).toEqual(all);
  });

  it('rounds to the nearest, ties to even', () => {
    expect(through(1 + 2 ** -11, 1 + 3 * 2 ** -11)).toEqual([1, 1 + 2 ** -9]);
    expect(through(2 ** -25, 3 * 2 ** -25)).toEqual([0, 2 ** -23]);
  });

  it('is within half a unit in the last place of the value', () => {
    const random = new Random(1);
    for (let i = 0; i < 1000; i++) {
      const value = random.normal();
      const [back = Number.NaN] = through(value);
      expect(Math.abs(back - value)).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(value) * 2 ** -11));
    }
  });

  it('keeps infinities and NaN', () => {
    expect(through(Infinity, -Infinity, 1e6, Number.NaN)).toEqual([
      Infinity,
      -Infinity,
      Infinity,
      Number.NaN,
    ]);
  });
});
