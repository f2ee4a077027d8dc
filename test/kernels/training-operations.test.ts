import { afterAll, describe, expect, test } from 'vitest';
import { TrainingKernels } from '../../src/kernels/training-kernels.ts';
import type { DenseMatrix } from '../../src/kernels/training-operations.ts';
import { Random } from '../../src/model/random.ts';
import { largestDeviation, referenceProduct } from '../../src/model/reference.ts';

const kernels = new TrainingKernels(1);
const { memory, operations } = kernels;
afterAll(() => kernels.dispose());

const random = new Random(1);
const numbers = (length: number) => Float32Array.from({ length }, () => 2 * random.uniform() - 1);
const matrix = (values: Float32Array, rows: number): DenseMatrix => ({
  pointer: memory.upload(values),
  rows,
  columns: values.length / rows,
});

/** [rows, columns] to [columns, rows]. */
function transposed(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  return Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] as number);
}

// No multiples of the panels; one inner dimension of several blocks; more rows and columns than one tile.
describe.each([
  [1, 1, 1],
  [5, 13, 7],
  [13, 600, 9],
  [6, 8, 8],
  [203, 37, 301],
  [12, 1100, 24],
])('a product of %i × %i by %i columns', (rows, inner, columns) => {
  const [a, b] = [numbers(rows * inner), numbers(inner * columns)];
  const expected = referenceProduct(a, b, rows, inner, columns);

  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('is that of plain TypeScript; left transposed: %s, right transposed: %s', (left, right) => {
    const result = memory.alloc(rows * columns);
    const packedLeft = operations.packLeft(
      left ? matrix(transposed(a, rows), inner) : matrix(a, rows),
      memory.alloc(operations.leftLength(rows, inner)),
      left,
    );
    const packedRight = operations.packRight(
      right ? matrix(transposed(b, inner), columns) : matrix(b, inner),
      memory.alloc(operations.rightLength(columns, inner)),
      right,
    );
    operations.multiply(packedLeft, packedRight, result);
    operations.run();
    expect(largestDeviation(memory.floats(result, rows * columns), expected)).toBeLessThan(1e-4);
  });

  test('is added to what is there, and a bias to each row', () => {
    const [before, bias] = [numbers(rows * columns), numbers(columns)];
    const [result, behind] = [memory.upload(before), memory.upload(Float32Array.of(7))];
    const left = operations.packLeft(matrix(a, rows), memory.alloc(operations.leftLength(rows, inner)));
    const right = operations.packRight(
      matrix(b, inner),
      memory.alloc(operations.rightLength(columns, inner)),
    );
    operations.multiply(left, right, result, true, memory.upload(bias));
    operations.run();
    const sum = expected.map((x, i) => x + (before[i] ?? 0) + (bias[i % columns] ?? 0));
    expect(largestDeviation(memory.floats(result, rows * columns), sum)).toBeLessThan(1e-4);
    expect(memory.float(behind)).toBe(7);
  });
});

test('factors of different inner dimensions are refused', () => {
  const left = operations.packLeft(matrix(numbers(6), 2), memory.alloc(64));
  const right = operations.packRight(matrix(numbers(8), 4), memory.alloc(64));
  expect(() => operations.multiply(left, right, memory.alloc(4))).toThrow('sums over 3 and 4 numbers');
  operations.run();
});

test('the number of threads does not change a bit of a product', () => {
  const [rows, inner, columns] = [70, 700, 333];
  const [a, b] = [numbers(rows * inner), numbers(inner * columns)];
  const results = [1, 2, 3].map((threads) => {
    const own = new TrainingKernels(threads);
    const { memory, operations } = own;
    const result = memory.alloc(rows * columns);
    const left = { pointer: memory.upload(a), rows, columns: inner };
    const right = { pointer: memory.upload(b), rows: inner, columns };
    operations.multiply(
      operations.packLeft(left, memory.alloc(operations.leftLength(rows, inner))),
      operations.packRight(right, memory.alloc(operations.rightLength(columns, inner))),
      result,
    );
    operations.run();
    const values = memory.floats(result, rows * columns).slice();
    own.dispose();
    return values;
  });
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

test('a list longer than its buffer runs in parts', () => {
  const sums = memory.alloc(4);
  const ones = matrix(new Float32Array(4).fill(1), 1);
  for (let i = 0; i < 3000; i++) operations.sumColumns(ones, sums, true);
  operations.run();
  expect([...memory.floats(sums, 4)]).toEqual([3000, 3000, 3000, 3000]);
});
