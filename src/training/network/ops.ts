/**
 * The operations of the network whose fast form differs between engines: matrix products and tanh. The rest of the
 * network calls the operations of TensorFlow.js directly.
 */

import * as tf from '@tensorflow/tfjs-core';
import { Bfloat16Products, hasBfloat16 } from '../../engines/tensorflow-bfloat16.ts';

/** The number type of large matrix products. Everything else is float32. */
export const PRECISIONS = ['float32', 'bfloat16'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** Smaller products stay in float32: converting their weights would take longer than the product saves. */
const LEAST_BFLOAT16_ROWS = 256;

/** What {@link matMul} multiplies with while {@link withPrecision} computes in bfloat16. Null: float32. */
let bfloat16: Bfloat16Products | null = null;

/** The precision that large products have now. */
export function currentPrecision(): Precision {
  return bfloat16 ? 'bfloat16' : 'float32';
}

/**
 * Runs `compute` with its large products in `precision`, or in float32 on an engine that is not faster in bfloat16.
 * Restores the precision afterwards, also if `compute` throws. One computation at a time: the precision belongs to
 * the thread.
 */
export async function withPrecision<T>(precision: Precision, compute: () => Promise<T>): Promise<T> {
  const before = bfloat16;
  const own = precision === 'bfloat16' && hasBfloat16() ? new Bfloat16Products() : null;
  bfloat16 = own;
  try {
    return await compute();
  } finally {
    bfloat16 = before;
    own?.dispose();
  }
}

/**
 * Prepares a matrix that is the right operand of a product at every time step. In bfloat16 it is converted once, here,
 * and products by it are made in bfloat16 whatever their number of rows. It must not change within `withPrecision`.
 */
export function prepareRightOperand(matrix: tf.Tensor2D): void {
  bfloat16?.keepCopy(matrix);
}

/**
 * op(a) · op(b); op transposes if the flag is set. The wasm engine multiplies at 30 GFLOP/s what is not marked as
 * transposed, and at 2 what is. There the transpose is made first.
 */
export function matMul(a: tf.Tensor2D, b: tf.Tensor2D, transposeA = false, transposeB = false): tf.Tensor2D {
  const rows = a.shape[transposeA ? 1 : 0];
  if (bfloat16 && (rows >= LEAST_BFLOAT16_ROWS || bfloat16.hasCopy(b))) {
    return bfloat16.matMul(a, b, transposeA, transposeB);
  }
  if (tf.getBackend() !== 'wasm' || !(transposeA || transposeB)) {
    return tf.matMul(a, b, transposeA, transposeB);
  }
  const left = transposeA ? tf.transpose(a) : a;
  const right = transposeB ? tf.transpose(b) : b;
  const result: tf.Tensor2D = tf.matMul(left, right);
  if (transposeA) left.dispose();
  if (transposeB) right.dispose();
  return result;
}

/** tanh x. The wasm engine's own is scalar. 2σ(2x) − 1 runs on its vector units and differs by less than 1e-7. */
export function tanh<T extends tf.Tensor>(x: T): T {
  if (tf.getBackend() !== 'wasm') return tf.tanh(x);
  return tf.tidy(() => tf.sub(tf.mul(tf.sigmoid(tf.mul(x, 2)), 2), 1) as T);
}
