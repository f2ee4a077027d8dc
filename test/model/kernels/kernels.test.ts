import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { CELL_NAMES } from '../../../src/model/architecture.ts';
import { CELLS } from '../../../src/model/cells/cell.ts';
import { startEngine } from '../../../src/model/engine.ts';
import { Kernels } from '../../../src/model/kernels/kernels.ts';
import { Random } from '../../../src/model/random.ts';

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

describe('a few columns', () => {
  test.each([3, 16, 43])('are the products of a row of width %i and their weights', (width) => {
    const random = new Random(9);
    const values = (length: number) => Float32Array.from({ length }, () => random.normal());
    const [V, ids] = [12, Int32Array.of(11, 0, 5)];
    const [y, weights, bias] = [values(width), values(V * width), values(V)];
    const kernels = new Kernels();
    const places = [y, weights, bias].map((array) => place(kernels, array)) as [number, number, number];
    const [at, logits] = [kernels.reserve(3), place(kernels, new Float32Array(V).fill(-7))];
    kernels.integers(at, 3).set(ids);
    kernels.run.columns(places[0], width, places[1], places[2], at, 3, logits);
    for (const [id, got] of kernels.floats(logits, V).entries()) {
      let expected = bias[id] as number;
      for (let k = 0; k < width; k++) expected += (y[k] as number) * (weights[id * width + k] as number);
      expect(got).toBeCloseTo(ids.includes(id) ? expected : -7, 4);
    }
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

    for (const [s, at] of places.entries()) {
      for (const [i, value] of kernels.floats(at, rows * H).entries()) {
        expect(value).toBeCloseTo(expected[s]?.[i] as number, 5);
      }
    }
  });
});
