/**
 * Products of rows and a weight matrix by the engine: on a graphics card, or by TensorFlow on a processor with bfloat16.
 * The rows are copied from the kernels' memory to the engine, and the result is copied back.
 */

import * as tf from '@tensorflow/tfjs-core';
import { Bfloat16Products } from '../engines/tensorflow-bfloat16.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Pointer } from '../kernels/memory.ts';
import type { Matrix } from '../kernels/operation-list.ts';
import type { RowProduct } from './row-product.ts';

/**
 * TensorFlow gets the number of rows rounded up to a multiple of this, with rows of zeros. oneDNN compiles code for each
 * number of rows that it meets and keeps it: a hundred megabytes once it has met them all. A single row has other code,
 * with another order of summation: with seven rows of zeros, a row's result does not depend on what stands beside it.
 */
const ROWS_STEP = 8;

/** The left factor for the engine. Each call overwrites it; by then the engine has its own copy of what was there. */
let left = new Float32Array(0);

export class EngineProduct implements RowProduct {
  multiplyAdds = 0;
  readonly byKernels = false;
  readonly #kernels: Kernels;
  readonly #inputs: number;
  readonly #outputs: number;
  /** 0 for none. */
  readonly #bias: Pointer;
  readonly #weights: tf.Tensor2D;
  /** Has the weights in bfloat16; null if the product is float32. */
  readonly #bfloat16: Bfloat16Products | null;

  /**
   * Copies `weights` [inputs, outputs] and `bias` [outputs] to this thread's engine. Products in bfloat16 need an engine
   * with `hasBfloat16`; sums are float32, and the bias is added in float32.
   */
  constructor(
    kernels: Kernels,
    weights: Float32Array,
    inputs: number,
    bias: Float32Array | null,
    precision: 'float32' | 'bfloat16' = 'float32',
  ) {
    this.#kernels = kernels;
    this.#inputs = inputs;
    this.#outputs = weights.length / inputs;
    this.#bias = bias ? kernels.memory.upload(bias) : 0;
    this.#weights = tf.tensor2d(weights, [inputs, this.#outputs]);
    this.#bfloat16 = precision === 'bfloat16' ? new Bfloat16Products() : null;
    this.#bfloat16?.keepCopy(this.#weights);
  }

  async multiply(rows: number, result: Pointer, first: Matrix, second: Matrix | null = null): Promise<void> {
    if (rows === 0) return;
    this.multiplyAdds += rows * this.#inputs * this.#outputs;
    const { memory, operations } = this.#kernels;
    this.#kernels.run();
    const a = this.#leftFactor(rows, first, second);
    const product = this.#bfloat16
      ? this.#bfloat16.matMul(a, this.#weights, false, false)
      : tf.matMul(a, this.#weights);
    try {
      // TensorFlow blocks either way, and a promise for each product would cost up to half as much as the product.
      const values =
        tf.getBackend() === 'tensorflow' ? product.dataSync<'float32'>() : await product.data<'float32'>();
      const wanted = rows * this.#outputs;
      memory.floats(result, wanted).set(values.subarray(0, wanted));
    } finally {
      tf.dispose([a, product]);
    }
    if (this.#bias) operations.addBias(rows, { pointer: result, width: this.#outputs }, this.#bias);
  }

  /** The rows as a tensor of the engine, with rows of zeros added if the engine wants them. */
  #leftFactor(rows: number, first: Matrix, second: Matrix | null): tf.Tensor2D {
    const K = this.#inputs;
    const padded = tf.getBackend() === 'tensorflow' ? Math.ceil(rows / ROWS_STEP) * ROWS_STEP : rows;
    if (left.length < padded * K) left = new Float32Array(padded * K);
    let column = 0;
    for (const { pointer, width } of second ? [first, second] : [first]) {
      const matrix = this.#kernels.memory.floats(pointer, rows * width);
      if (width === K) left.set(matrix);
      else {
        for (let n = 0; n < rows; n++) {
          left.set(matrix.subarray(n * width, (n + 1) * width), n * K + column);
        }
      }
      column += width;
    }
    left.fill(0, rows * K, padded * K);
    return tf.tensor2d(left.subarray(0, padded * K), [padded, K]);
  }

  dispose(): void {
    this.#bfloat16?.dispose();
    this.#weights.dispose();
  }
}
