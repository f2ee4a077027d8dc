/** Products of arrays by the engine's fastest way, for decoding: in, multiply, out. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/** left [rows, K] · right [K, M] + bias, written to `result`; returns the multiply-adds made. */
export async function multiply(
  left: Float32Array,
  rows: number,
  right: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  result: Float32Array,
): Promise<number> {
  const [K, M] = right.shape;
  const a = tf.tensor2d(left, [rows, K]);
  const product = affine(a, right, bias);
  try {
    await readInto(result, product);
  } finally {
    a.dispose();
    product.dispose();
  }
  return rows * K * M;
}

/** Copies a tensor's values to the beginning of an array. On wasm, straight from the engine's memory. */
async function readInto(target: Float32Array, tensor: tf.Tensor): Promise<void> {
  const engine = tf.getBackend();
  if (engine === 'wasm') target.set((tf.backend() as BackendWasm).typedArrayFromHeap(tensor));
  // TensorFlow blocks either way, and a promise for each product costs up to half as much as the product.
  else if (engine === 'tensorflow') target.set(tensor.dataSync<'float32'>());
  else target.set(await tensor.data<'float32'>());
}

/** a · b + bias by the engine's quicker way: TensorFlow's fused kernel takes longer than its two plain ones. */
function affine(a: tf.Tensor2D, b: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor2D {
  if (!bias) return tf.matMul(a, b);
  if (tf.getBackend() !== 'tensorflow') return tf.fused.matMul({ a, b, bias }) as tf.Tensor2D;
  return tf.tidy(() => tf.add(tf.matMul(a, b), bias));
}
