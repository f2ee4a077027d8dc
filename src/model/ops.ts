/**
 * The few operations whose fast form differs between engines. Everything else is plain TensorFlow.js core.
 */

import * as tf from '@tensorflow/tfjs-core';

/**
 * op(a) · op(b), where op transposes if asked. The wasm engine multiplies at full speed only what is not marked
 * as transposed (2 against 30 GFLOP/s), so there the transpose is made first.
 */
export function matMul(a: tf.Tensor2D, b: tf.Tensor2D, transposeA = false, transposeB = false): tf.Tensor2D {
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
