import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { CELL_NAMES } from '../../src/model/architecture.ts';
import { CELLS } from '../../src/model/cells/cell.ts';
import { startEngine } from '../../src/model/engine.ts';
import { GATES, sigmoid, tanh } from '../../src/model/gates.ts';
import { Random } from '../../src/model/random.ts';

describe('the hyperbolic tangent', () => {
  test('is within 4e-8 of the exact one everywhere', () => {
    let worst = 0;
    for (let x = -12; x <= 12; x += 0.00037) worst = Math.max(worst, Math.abs(tanh(x) - Math.tanh(x)));
    expect(worst).toBeLessThan(4e-8);
  });

  test('keeps its ends, its sign and NaN', () => {
    expect(tanh(Number.POSITIVE_INFINITY)).toBeCloseTo(1, 7);
    expect(tanh(Number.NEGATIVE_INFINITY)).toBeCloseTo(-1, 7);
    expect(tanh(0)).toBe(0);
    expect(tanh(Number.NaN)).toBeNaN();
    expect(sigmoid(0)).toBe(0.5);
  });
});

describe.each(CELL_NAMES)('the gates of %s', (name) => {
  const H = 16;
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
    for (let n = 0; n < rows; n++)
      GATES[name]({ zx, zxAt: n * width, u, uAt: n * width, states, at: n * H }, H);

    for (const [s, state] of states.entries()) {
      for (const [i, value] of state.entries()) expect(value).toBeCloseTo(expected[s]?.[i] as number, 5);
    }
  });
});
