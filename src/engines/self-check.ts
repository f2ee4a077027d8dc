/**
 * Whether a started engine computes: a product and one LSTM step of known numbers, against plain TypeScript in
 * double precision. A broken driver or a library built for another processor shows here, not in a poem.
 */

import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../model/random.ts';

/** Single precision keeps these small sums within 1e-6; engines with approximate exponentials within 1e-5. */
const TOLERANCE = 1e-4;

const ROWS = 3;
const HIDDEN = 8;
const VOCABULARY = 11;

/** Throws with the largest deviation in the message where the current backend does not compute. */
export async function checkEngine(): Promise<void> {
  await checkProduct();
  await checkCell();
}

async function checkProduct(): Promise<void> {
  const [m, k, n] = [33, 65, 17];
  const random = new Random(1);
  const a = numbers(random, m * k);
  const b = numbers(random, k * n);
  const product = tf.tidy(() => tf.matMul(tf.tensor2d(a, [m, k]), tf.tensor2d(b, [k, n])));
  await compare('a matrix product', product, multiply(a, b, m, k, n));
}

/** One step from a looked-up input to the new cell state and output, gates in the order i, f, c, o. */
async function checkCell(): Promise<void> {
  const random = new Random(2);
  const table = numbers(random, VOCABULARY * HIDDEN);
  const kernel = numbers(random, HIDDEN * 4 * HIDDEN);
  const cell = numbers(random, ROWS * HIDDEN);
  const ids = [7, 0, 10];

  const output = tf.tidy(() => {
    const x = tf.gather(tf.tensor2d(table, [VOCABULARY, HIDDEN]), tf.tensor1d(ids, 'int32'));
    const z = tf.matMul(x as tf.Tensor2D, tf.tensor2d(kernel, [HIDDEN, 4 * HIDDEN]));
    const [i, f, c, o] = tf.split(z, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const next = tf.add(
      tf.mul(tf.sigmoid(f), tf.tensor2d(cell, [ROWS, HIDDEN])),
      tf.mul(tf.sigmoid(i), tf.tanh(c)),
    );
    return tf.mul(tf.sigmoid(o), tf.tanh(next));
  });

  const rows = Float32Array.from(ids.flatMap((id) => [...table.subarray(id * HIDDEN, (id + 1) * HIDDEN)]));
  const z = multiply(rows, kernel, ROWS, HIDDEN, 4 * HIDDEN);
  const expected = cell.map((before, at) => {
    const gate = Math.floor(at / HIDDEN) * 4 * HIDDEN + (at % HIDDEN);
    const [i, f, c, o] = [0, 1, 2, 3].map((g) => z[gate + g * HIDDEN]) as [number, number, number, number];
    return sigmoid(o) * Math.tanh(sigmoid(f) * before + sigmoid(i) * Math.tanh(c));
  });
  await compare('one step of a cell', output, expected);
}

async function compare(what: string, result: tf.Tensor, expected: ArrayLike<number>): Promise<void> {
  const actual = await result.data();
  result.dispose();
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const deviation = Math.abs((actual[i] as number) - (expected[i] as number));
    // Not a number compares false with everything: let it count.
    if (!(deviation <= worst)) worst = deviation;
  }
  if (!(worst <= TOLERANCE)) throw new Error(`${what} is off by ${worst}`);
}

function numbers(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.uniform() * 2 - 1);
}

/** a [m, k] · b [k, n], row by row. */
function multiply(a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float64Array {
  const product = new Float64Array(m * n);
  for (let row = 0; row < m; row++) {
    for (let inner = 0; inner < k; inner++) {
      for (let column = 0; column < n; column++) {
        const at = row * n + column;
        product[at] =
          (product[at] as number) + (a[row * k + inner] as number) * (b[inner * n + column] as number);
      }
    }
  }
  return product;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
