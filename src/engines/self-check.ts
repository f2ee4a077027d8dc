/**
 * Checks that a started engine computes correctly: one matrix product and one LSTM step on fixed random numbers, compared
 * with plain TypeScript in double precision. It finds a broken driver or a library built for another processor.
 */

import * as tf from '@tensorflow/tfjs-core';
import { Random } from '../model/random.ts';
import { largestDeviation, referenceProduct, referenceStep } from '../model/reference.ts';

/** Single precision keeps these small sums within 1e-6, engines with approximate exponentials within 1e-5. */
const TOLERANCE = 1e-4;

const ROWS = 3;
const HIDDEN = 8;
const VOCABULARY = 11;

/** Checks the current backend. Throws an Error that gives the largest deviation if a result is wrong. */
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
  await compare('a matrix product', product, referenceProduct(a, b, m, k, n));
}

/** One LSTM step from embedded tokens to the output. The recurrent product is left out. */
async function checkCell(): Promise<void> {
  const random = new Random(2);
  const table = numbers(random, VOCABULARY * HIDDEN);
  const kernel = numbers(random, HIDDEN * 4 * HIDDEN);
  const c = numbers(random, ROWS * HIDDEN);
  const ids = [7, 0, 10];

  const output = tf.tidy(() => {
    const x = tf.gather(tf.tensor2d(table, [VOCABULARY, HIDDEN]), tf.tensor1d(ids, 'int32'));
    const z = tf.matMul(x, tf.tensor2d(kernel, [HIDDEN, 4 * HIDDEN]));
    const [i, f, g, o] = tf.split(z, 4, 1);
    if (!i || !f || !g || !o) throw new Error('a split into four returned fewer tensors');
    const kept = tf.mul(tf.sigmoid(f), tf.tensor2d(c, [ROWS, HIDDEN]));
    const next = tf.add(kept, tf.mul(tf.sigmoid(i), tf.tanh(g)));
    return tf.mul(tf.sigmoid(o), tf.tanh(next));
  });

  const rows = ids.flatMap((id) => [...table.subarray(id * HIDDEN, (id + 1) * HIDDEN)]);
  const zx = referenceProduct(rows, kernel, ROWS, HIDDEN, 4 * HIDDEN);
  const [h = []] = referenceStep('lstm', HIDDEN, zx, new Float64Array(zx.length), [
    new Float64Array(c.length),
    c,
  ]);
  await compare('one step of a cell', output, h);
}

async function compare(what: string, result: tf.Tensor, expected: ArrayLike<number>): Promise<void> {
  const actual = await result.data<'float32'>();
  result.dispose();
  const deviation = largestDeviation(actual, expected);
  // A NaN compares false with everything and must fail the check.
  if (!(deviation <= TOLERANCE)) throw new Error(`${what} is off by ${deviation}`);
}

function numbers(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.uniform() * 2 - 1);
}
