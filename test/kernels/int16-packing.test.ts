import { describe, expect, onTestFinished, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.ts';
import type { QuantizedMatrix } from '../../src/kernels/operation-list.ts';
import { Random } from '../../src/model/random.ts';

function newKernels(threads = 1): Kernels {
  const kernels = new Kernels(threads);
  onTestFinished(() => kernels.dispose());
  return kernels;
}

/** The product of matrices side by side with weights and a bias, by whole numbers. */
function product(
  kernels: Kernels,
  rows: number,
  matrices: readonly { readonly values: Float32Array; readonly width: number }[],
  weights: Float32Array,
  bias: Float32Array | null = null,
  scaled = false,
): Float32Array {
  const { memory, operations } = kernels;
  const widths = matrices.map(({ width }) => width);
  const columns = weights.length / widths.reduce((sum, width) => sum + width, 0);
  const packed = kernels.packInt16(weights, widths);
  const [first, second = null] = matrices.map(({ values, width }): QuantizedMatrix => {
    const quantized = kernels.newQuantizedMatrix(rows, width);
    operations.quantize(rows, { pointer: memory.upload(values), width }, quantized, scaled);
    return quantized;
  });
  if (!first) throw new RangeError('no matrix');
  const result = memory.alloc(rows * columns);
  const after = memory.upload(Float32Array.of(7));
  operations.int16Product(rows, first, second, packed, bias ? memory.upload(bias) : 0, result, columns);
  kernels.run();
  expect(memory.floats(after, 1)[0]).toBe(7);
  return memory.floats(result, rows * columns);
}

describe('a product of whole numbers', () => {
  const random = new Random(4);
  const values = (length: number) => Float32Array.from({ length }, () => random.uniform() * 2 - 1);

  test.each([
    // rows, inputs from the left, from beside it, outputs, threads
    [1, 5, 0, 3, 1],
    [2, 16, 7, 32, 1],
    [3, 9, 4, 45, 2],
    [4, 12, 12, 70, 1],
    [7, 33, 0, 100, 3],
    [41, 21, 31, 131, 2],
    // More than a block of pairs, ending in one matrix or the other.
    [6, 1400, 0, 33, 1],
    [7, 500, 701, 40, 2],
  ])(
    'of %i rows, %i and %i numbers wide, and %i columns is exact to a thousandth, by %i threads',
    (rows, k, k2, columns, threads) => {
      const [left, beside, weights] = [values(rows * k), values(rows * k2), values((k + k2) * columns)];
      const matrices = [
        { values: left, width: k },
        { values: beside, width: k2 },
      ].filter(({ width }) => width > 0);
      for (const bias of [null, values(columns)]) {
        const result = product(newKernels(threads), rows, matrices, weights, bias);
        for (const [at, value] of result.entries()) {
          const [n, m] = [Math.floor(at / columns), at % columns];
          const row = [...left.subarray(n * k, (n + 1) * k), ...beside.subarray(n * k2, (n + 1) * k2)];
          const terms = row.map((x, i) => x * (weights[i * columns + m] ?? 0));
          const expected = terms.reduce((sum, term) => sum + term, bias?.[m] ?? 0);
          const size = Math.sqrt(terms.length / 9);
          expect(Math.abs(value - expected)).toBeLessThan(0.003 * Math.max(1, size));
        }
      }
    },
  );

  test('does not overflow if all that is added up is as large as it can be', () => {
    const K = 3000;
    // One column of large weights, one with a single large one among small ones, one of zeros.
    const weights = Float32Array.from({ length: 3 * K }, (_, i) =>
      i % 3 === 0 ? 2.5 : i % 3 === 1 ? (i < 3 ? 50 : 0.25) : 0,
    );
    for (const sign of [1, -1]) {
      const rows = new Float32Array(K).fill(sign);
      const [large, mixed, none] = product(newKernels(), 1, [{ values: rows, width: K }], weights);
      // Equal weights are all rounded alike.
      expect(Math.abs((large ?? 0) / (sign * 2.5 * K) - 1)).toBeLessThan(1e-3);
      expect(Math.abs((mixed ?? 0) / (sign * (50 + 0.25 * (K - 1))) - 1)).toBeLessThan(1e-3);
      expect(none).toBe(0);
    }
  });

  test('is NaN in the columns that have a weight that is', () => {
    const weights = Float32Array.of(0.5, Number.NaN, 0.25, 1);
    const [good, bad] = product(newKernels(), 1, [{ values: Float32Array.of(1, 1), width: 2 }], weights);
    expect(good).toBeCloseTo(0.75, 3);
    expect(bad).toBeNaN();
  });

  test('of a row does not depend on the rows beside it, nor on the threads', () => {
    const [rows, k, columns] = [37, 50, 70];
    const [matrix, weights] = [values(rows * k), values(k * columns)];
    const all = product(newKernels(2), rows, [{ values: matrix, width: k }], weights);
    for (let n = 0; n < rows; n++) {
      const row = matrix.subarray(n * k, (n + 1) * k);
      const alone = product(newKernels(), 1, [{ values: row, width: k }], weights);
      expect(alone).toEqual(all.subarray(n * columns, (n + 1) * columns));
    }
  });

  test('keeps rows of any size if they are scaled by their largest number, and says if one is NaN', () => {
    const width = 11;
    const sizes = [1e-6, 1, 4000, 0, Number.NaN];
    const rows = Float32Array.from({ length: sizes.length * width }, (_, i) => {
      const size = sizes[Math.floor(i / width)] ?? 0;
      return i % width === 9 ? size : Number.isNaN(size) ? 1 : size * (((i * 7) % 19) / 10 - 0.9);
    });
    const identity = Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 1 : 0));
    const matrix = { values: rows, width };
    const result = product(newKernels(), sizes.length, [matrix], identity, null, true);
    for (const [n, size] of sizes.entries()) {
      const row = result.subarray(n * width, (n + 1) * width);
      if (Number.isNaN(size)) expect([...row].every(Number.isNaN)).toBe(true);
      for (const [i, value] of Number.isNaN(size) ? [] : row.entries()) {
        expect(Math.abs(value - (rows[n * width + i] ?? 0))).toBeLessThanOrEqual(size * 3e-4);
      }
    }
  });

  test('takes what is beyond ±1 for ±1, in the last places of a row too', () => {
    const rows = Float32Array.of(3, -7, 0, 0, 0, 0, 0, 0, Number.POSITIVE_INFINITY, -2, 0.5);
    const identity = Float32Array.from({ length: 121 }, (_, i) => (i % 12 === 0 ? 1 : 0));
    const result = product(newKernels(), 1, [{ values: rows, width: 11 }], identity);
    for (const [i, expected] of [1, -1, 0, 0, 0, 0, 0, 0, 1, -1, 0.5].entries()) {
      expect(result[i]).toBeCloseTo(expected, 3);
    }
  });
});
