/** Products of arrays by the engine's fastest way, for decoding: in, multiply, out. */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

/**
 * On TensorFlow, beyond so many rows, rows of zeros are added up to a multiple of it: oneDNN compiles code for each number
 * of rows that it meets and keeps it, a hundred megabytes by the time it has met them all.
 */
const ROWS_STEP = 8;

/** The left side with its rows of zeros; each call writes it anew, and the engine has its own copy by the next. */
let padded = new Float32Array(0);

/** left [rows, K] · right [K, M] + bias, written to `result`; returns the multiply-adds made. */
export async function multiply(
  left: Float32Array,
  rows: number,
  right: tf.Tensor2D,
  bias: tf.Tensor1D | null,
  result: Float32Array,
): Promise<number> {
  const [K, M] = right.shape;
  const a = leftSide(left, rows, K);
  const product = affine(a, right, bias);
  try {
    await readInto(result, product);
  } finally {
    a.dispose();
    product.dispose();
  }
  return rows * K * M;
}

function leftSide(left: Float32Array, rows: number, K: number): tf.Tensor2D {
  if (tf.getBackend() !== 'tensorflow' || rows <= ROWS_STEP || rows % ROWS_STEP === 0)
    return tf.tensor2d(left, [rows, K]);
  const whole = Math.ceil(rows / ROWS_STEP) * ROWS_STEP;
  if (padded.length < whole * K) padded = new Float32Array(whole * K);
  padded.set(left);
  padded.fill(0, rows * K, whole * K);
  return tf.tensor2d(padded.subarray(0, whole * K), [whole, K]);
}

/** Copies as many of a tensor's values as an array holds to it. On wasm, straight from the engine's memory. */
async function readInto(target: Float32Array, tensor: tf.Tensor): Promise<void> {
  const engine = tf.getBackend();
  if (engine === 'wasm') target.set((tf.backend() as BackendWasm).typedArrayFromHeap(tensor));
  // TensorFlow blocks either way, and a promise for each product costs up to half as much as the product.
  else if (engine === 'tensorflow') target.set(tensor.dataSync<'float32'>().subarray(0, target.length));
  else target.set(await tensor.data<'float32'>());
}

/** a · b + bias by the engine's quicker way: TensorFlow's fused kernel takes longer than its two plain ones. */
function affine(a: tf.Tensor2D, b: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor2D {
  if (!bias) return tf.matMul(a, b);
  if (tf.getBackend() !== 'tensorflow') return tf.fused.matMul({ a, b, bias }) as tf.Tensor2D;
  return tf.tidy(() => tf.add(tf.matMul(a, b), bias));
}
