/**
 * The few operations whose fast form differs between engines. Everything else is plain TensorFlow.js core.
 */

import * as tf from '@tensorflow/tfjs-core';
import {
  bfloat16MatMul,
  castOnce,
  dropCasts,
  hasBfloat16,
  isCast,
} from '../../engines/tensorflow-bfloat16.ts';

/** What a step of training computes its large products in; `bfloat16` only where the engine is faster with it. */
export type Precision = 'float32' | 'bfloat16';

/** Products of fewer rows gain nothing in bfloat16: their weights would be cast for each. */
const BFLOAT16_ROWS = 256;

let precision: Precision = 'float32';

/** Sets what the large products of this thread are computed in from now on; returns what it was. */
export function setPrecision(wanted: Precision): Precision {
  const before = precision;
  precision = wanted === 'bfloat16' && hasBfloat16() ? 'bfloat16' : 'float32';
  if (before === 'bfloat16') dropCasts();
  return before;
}

/** Says that products by a matrix are to come at every step, until the precision is set anew. */
export function manyProductsBy(matrix: tf.Tensor2D): void {
  if (precision === 'bfloat16') castOnce(matrix);
}

/**
 * op(a) · op(b), where op transposes if asked. The wasm engine multiplies at full speed only what is not marked
 * as transposed (2 against 30 GFLOP/s), so there the transpose is made first.
 */
export function matMul(a: tf.Tensor2D, b: tf.Tensor2D, transposeA = false, transposeB = false): tf.Tensor2D {
  const rows = a.shape[transposeA ? 1 : 0];
  if (precision === 'bfloat16' && (rows >= BFLOAT16_ROWS || isCast(b)))
    return bfloat16MatMul(a, b, transposeA, transposeB);
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

/** tanh x. The wasm engine's own is scalar; 2σ(2x) − 1 runs on its vector units and differs by under 1e-7. */
export function tanh<T extends tf.Tensor>(x: T): T {
  if (tf.getBackend() !== 'wasm') return tf.tanh(x);
  return tf.tidy(() => tf.sub(tf.mul(tf.sigmoid(tf.mul(x, 2)), 2), 1) as T);
}
