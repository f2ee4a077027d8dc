import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import { Kernels } from '../../src/kernels/kernels.ts';
import { CELL_NAMES } from '../../src/model/architecture.ts';
import { Random } from '../../src/model/random.ts';
import { CELLS } from '../../src/training/network/cells/cells.ts';

describe('the hyperbolic tangent of a simple cell', () => {
  const tanh = (values: readonly number[]) => {
    const kernels = new Kernels();
    const { memory, operations } = kernels;
    const x = memory.upload(Float32Array.from(values));
    const [zero, h] = [memory.alloc(values.length), memory.alloc(values.length)];
    operations.gates('rnn', 1, values.length, x, memory.alloc(1), zero, { h, c: null });
    kernels.run();
    return memory.floats(h, values.length);
  };

  test('is within 2e-7 of the exact one everywhere', () => {
    const values = Array.from({ length: 64_001 }, (_, i) => Math.fround((i - 32_000) * 0.00037));
    let worst = 0;
    for (const [i, y] of tanh(values).entries())
      worst = Math.max(worst, Math.abs(y - Math.tanh(values[i] ?? Number.NaN)));
    expect(worst).toBeLessThan(2e-7);
  });

  test('keeps its ends and NaN, in the last places of a row too', () => {
    const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: nan } = Number;
    for (const row of [
      [POSITIVE_INFINITY, NEGATIVE_INFINITY, nan, 0],
      [0, 0, 0, 0, POSITIVE_INFINITY, NEGATIVE_INFINITY, nan],
    ]) {
      const [top, bottom, none] = [...tanh(row)].filter((_, i) => row[i] !== 0);
      expect(top).toBeCloseTo(1, 6);
      expect(bottom).toBeCloseTo(-1, 6);
      expect(none).toBeNaN();
    }
  });
});

describe('a product', () => {
  const random = new Random(9);
  const values = (length: number) => Float32Array.from({ length }, () => random.normal());

  test.each([
    // rows, inputs from the left, from beside it, outputs, threads
    [1, 5, 0, 3, 1],
    [2, 16, 7, 32, 1],
    [3, 9, 4, 45, 2],
    [4, 12, 12, 70, 1],
    [7, 33, 0, 100, 3],
    [41, 20, 30, 131, 2],
    // More than a block of k, ending in one matrix or the other.
    [6, 700, 0, 33, 1],
    [7, 300, 400, 40, 2],
    [5, 512, 513, 9, 1],
  ])(
    'of %i rows, %i and %i numbers wide, and %i columns is exact, by %i threads',
    (rows, k, k2, columns, threads) => {
      const kernels = new Kernels(threads);
      onTestFinished(() => kernels.dispose());
      const [left, beside, weights] = [values(rows * k), values(rows * k2), values((k + k2) * columns)];
      const bias = values(columns);
      const { memory, operations } = kernels;
      const first = { pointer: memory.upload(left), width: k };
      const second = k2 > 0 ? { pointer: memory.upload(beside), width: k2 } : null;
      const packed = kernels.pack(weights, k + k2);
      const result = memory.alloc(rows * columns);
      const after = memory.upload(Float32Array.of(7));
      for (const added of [0, memory.upload(bias)]) {
        operations.product(rows, first, second, packed, added, result, columns);
        kernels.run();
        for (const [at, value] of memory.floats(result, rows * columns).entries()) {
          const [n, m] = [Math.floor(at / columns), at % columns];
          const row = [...left.subarray(n * k, (n + 1) * k), ...beside.subarray(n * k2, (n + 1) * k2)];
          const start = added ? (bias[m] ?? 0) : 0;
          const expected = row.reduce((sum, x, i) => sum + x * (weights[i * columns + m] ?? 0), start);
          expect(value).toBeCloseTo(expected, 3);
        }
        expect(memory.floats(after, 1)[0]).toBe(7);
      }
    },
  );
});

describe('an operation list', () => {
  test('gathers rows, and holds no more operations than there is room for', () => {
    const kernels = new Kernels();
    const { memory, operations } = kernels;
    const matrix = { pointer: memory.upload(Float32Array.of(1, 2, 3, 4, 5, 6)), width: 2 };
    const gathered = memory.alloc(6);
    const index = memory.upload(Int32Array.of(2, 0, 2));
    operations.gather(3, matrix, index, gathered);
    kernels.run();
    expect([...memory.floats(gathered, 6)]).toEqual([5, 6, 1, 2, 5, 6]);
    expect(() => {
      for (let n = 0; n < 1000; n++) operations.gather(3, matrix, index, gathered);
    }).toThrow(RangeError);
  });

  test('adds a bias to rows, in the last places of a row too', () => {
    const kernels = new Kernels();
    const { memory, operations } = kernels;
    const matrix = { pointer: memory.upload(Float32Array.from({ length: 12 }, (_, i) => i)), width: 6 };
    operations.addBias(1, matrix, memory.upload(Float32Array.of(10, 20, 30, 40, 50, 60)));
    kernels.run();
    expect([...memory.floats(matrix.pointer, 12)]).toEqual([10, 21, 32, 43, 54, 65, 6, 7, 8, 9, 10, 11]);
  });

  test('skips operations on no rows', () => {
    const kernels = new Kernels();
    const { memory, operations } = kernels;
    const matrix = { pointer: memory.upload(Float32Array.of(1, 2)), width: 2 };
    for (let i = 0; i < 1000; i++) operations.addBias(0, matrix, matrix.pointer);
    kernels.run();
    expect([...memory.floats(matrix.pointer, 2)]).toEqual([1, 2]);
  });
});

describe.each(CELL_NAMES)('the gates of %s', (name) => {
  // A multiple of four and a remainder.
  const H = 18;
  const rows = 3;
  beforeAll(async () => {
    await startEngine('wasm');
  });

  test('are those of the cell in the training network', () => {
    const cell = CELLS[name];
    const random = new Random(7);
    const values = (length: number) => Float32Array.from({ length }, () => 2 * random.normal());
    const width = cell.gates * H;
    const zx = values(rows * width);
    const recurrent = values(H * width);
    const recurrentBias = values(width);
    const states = Array.from({ length: cell.states }, () => values(rows * H));

    const expected = tf.tidy(() => {
      const weights = {
        recurrent: tf.tensor2d(recurrent, [H, width]),
        recurrentBias: tf.tensor1d(recurrentBias),
      };
      const before = states.map((state) => tf.tensor2d(state.slice(), [rows, H]));
      return cell
        .forward(tf.tensor2d(zx, [rows, width]), before, weights)
        .state.map((state) => state.dataSync());
    });
    const u = tf.tidy(() => {
      const product = tf.matMul(
        tf.tensor2d(states[0]?.slice() ?? [], [rows, H]),
        tf.tensor2d(recurrent, [H, width]),
      );
      return (
        cell.hasRecurrentBias ? tf.add(product, tf.tensor1d(recurrentBias)) : product
      ).dataSync<'float32'>();
    });
    const kernels = new Kernels();
    const { memory, operations } = kernels;
    const [inputs, recurrents] = [memory.upload(zx), memory.upload(u)];
    const index = memory.upload(Int32Array.of(0, 1, 2));
    const [h = 0, c = null] = states.map((state) => memory.upload(state));
    operations.gates(name, rows, H, inputs, index, recurrents, { h, c });
    kernels.run();

    for (const [s, pointer] of [h, c].entries()) {
      if (pointer === null) continue;
      for (const [i, value] of memory.floats(pointer, rows * H).entries()) {
        expect(value).toBeCloseTo(expected[s]?.[i] ?? Number.NaN, 5);
      }
    }
  });
});
