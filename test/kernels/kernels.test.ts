import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startEngine } from '../../src/engines/engine.ts';
import { Kernels, type Matrix } from '../../src/kernels/kernels.ts';
import { CELL_NAMES } from '../../src/model/architecture.ts';
import { Random } from '../../src/model/random.ts';
import { CELLS } from '../../src/training/network/cells/cells.ts';

/** An array put into the kernels' memory. */
function place(kernels: Kernels, values: Float32Array): number {
  const at = kernels.reserve(values.length);
  kernels.floats(at, values.length).set(values);
  return at;
}

describe('the memory', () => {
  test('keeps what it holds while it grows, and tells its own arrays from others', () => {
    const kernels = new Kernels();
    const at = place(kernels, Float32Array.of(1, 2, 3));
    const far = kernels.reserve(1_000_000);
    expect(far % 64).toBe(0);
    expect([...kernels.floats(at, 3)]).toEqual([1, 2, 3]);
    expect(kernels.floats(far, 1_000_000).every((value) => value === 0)).toBe(true);
    expect(kernels.placeOf(kernels.floats(at, 3).subarray(1))).toBe(at + 4);
    expect(kernels.placeOf(Float32Array.of(1))).toBeNull();
  });
});

describe('the hyperbolic tangent of a simple cell', () => {
  const tanh = (values: readonly number[]) => {
    const kernels = new Kernels();
    const x = place(kernels, Float32Array.from(values));
    const [zero, h] = [kernels.reserve(values.length), kernels.reserve(values.length)];
    kernels.gates('rnn', 1, values.length, x, kernels.reserve(1), zero, [h]);
    kernels.run();
    return kernels.floats(h, values.length);
  };

  test('is within 2e-7 of the exact one everywhere', () => {
    const values = Array.from({ length: 64_001 }, (_, i) => Math.fround((i - 32_000) * 0.00037));
    let worst = 0;
    for (const [i, y] of tanh(values).entries())
      worst = Math.max(worst, Math.abs(y - Math.tanh(values[i] as number)));
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
      const first = { at: kernels.keep(left), width: k };
      const second = k2 > 0 ? { at: kernels.keep(beside), width: k2 } : null;
      const packed = kernels.pack(weights, k + k2);
      const result = kernels.reserve(rows * columns);
      const after = kernels.keep(Float32Array.of(7));
      for (const added of [0, kernels.keep(bias)]) {
        kernels.multiply(rows, first, second, packed, added, result, columns);
        kernels.run();
        for (let n = 0; n < rows; n++) {
          for (let m = 0; m < columns; m++) {
            let expected = added ? (bias[m] as number) : 0;
            for (let i = 0; i < k; i++)
              expected += (left[n * k + i] as number) * (weights[i * columns + m] as number);
            for (let i = 0; i < k2; i++)
              expected += (beside[n * k2 + i] as number) * (weights[(k + i) * columns + m] as number);
            expect(kernels.floats(result, rows * columns)[n * columns + m]).toBeCloseTo(expected, 3);
          }
        }
        expect(kernels.floats(after, 1)[0]).toBe(7);
      }
    },
  );
});

describe('a program', () => {
  /** Doubles a matrix so many times: wrong wherever a job begins before the one before it is done. */
  function doubling(kernels: Kernels, rows: number): { write(times: number): void; values(): Float32Array } {
    const width = 64;
    const matrices = [1, 1].map(() => ({ at: kernels.keep(new Float32Array(rows * width).fill(1)), width }));
    const [a, b] = matrices as [Matrix, Matrix];
    const identity = Float32Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? 2 : 0));
    const packed = kernels.pack(identity, width);
    return {
      write(times) {
        for (let i = 0; i < times; i++) {
          const [from, to] = i % 2 ? [b, a] : [a, b];
          kernels.multiply(rows, from, null, packed, 0, to.at, width);
        }
      },
      values: () => kernels.floats(a.at, rows * width),
    };
  }

  test.each([1, 2, 4])('does its jobs one after the other, by %i threads', (threads) => {
    const kernels = new Kernels(threads);
    onTestFinished(() => kernels.dispose());
    const { write, values } = doubling(kernels, 50);
    for (let round = 1; round <= 60; round++) {
      write(2);
      kernels.run();
      expect(new Set(values())).toEqual(new Set([4 ** round]));
    }
  });

  test('is carried out while the next one is written down', () => {
    const kernels = new Kernels(2);
    onTestFinished(() => kernels.dispose());
    const { write, values } = doubling(kernels, 50);
    for (let round = 1; round <= 30; round++) {
      write(2);
      kernels.start();
      write(2);
      kernels.finish();
      expect(new Set(values())).toEqual(new Set([16 ** round / 4]));
      kernels.run();
      expect(new Set(values())).toEqual(new Set([16 ** round]));
    }
  });

  test('gathers rows, and has no more jobs than there is room for', () => {
    const kernels = new Kernels();
    const matrix = { at: kernels.keep(Float32Array.of(1, 2, 3, 4, 5, 6)), width: 2 };
    const gathered = kernels.reserve(6);
    const index = kernels.keep(Int32Array.of(2, 0, 2));
    kernels.gather(3, matrix, index, gathered);
    kernels.run();
    expect([...kernels.floats(gathered, 6)]).toEqual([5, 6, 1, 2, 5, 6]);
    expect(() => {
      for (let n = 0; n < 1000; n++) kernels.gather(3, matrix, index, gathered);
    }).toThrow(RangeError);
  });

  test('its memory is counted until it is given up', () => {
    const before = Kernels.bytes;
    const kernels = new Kernels();
    kernels.reserve(1_000_000);
    expect(Kernels.bytes - before).toBeGreaterThanOrEqual(4_000_000);
    kernels.dispose();
    expect(Kernels.bytes).toBe(before);
  });
});

describe.each(CELL_NAMES)('the gates of %s', (name) => {
  // A multiple of four and a remainder.
  const H = 18;
  const rows = 3;
  beforeAll(async () => {
    await startEngine('wasm');
  });

  test('do what the cell does', () => {
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
      return (cell.hasRecurrentBias ? tf.add(product, tf.tensor1d(recurrentBias)) : product).dataSync();
    }) as Float32Array;
    const kernels = new Kernels();
    const [x, product, index] = [place(kernels, zx), place(kernels, u), kernels.reserve(rows)];
    kernels.integers(index, rows).set([0, 1, 2]);
    const places = states.map((state) => place(kernels, state));
    kernels.gates(name, rows, H, x, index, product, places);
    kernels.run();

    for (const [s, at] of places.entries()) {
      for (const [i, value] of kernels.floats(at, rows * H).entries()) {
        expect(value).toBeCloseTo(expected[s]?.[i] as number, 5);
      }
    }
  });
});
