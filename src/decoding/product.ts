/**
 * Products of rows and a weight matrix, for decoding. Factors and result are in the memory of our own kernels.
 *
 * The kernels compute a product if nothing is faster, which is so on a processor, with TensorFlow too. Otherwise the engine
 * computes it, above all on a graphics card.
 */

import * as tf from '@tensorflow/tfjs-core';
import { computesOnProcessor } from '../engines/tensorflow.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Pointer } from '../kernels/memory.ts';
import type { Matrix } from '../kernels/operation-list.ts';

/**
 * TensorFlow gets the number of rows rounded up to a multiple of this, with rows of zeros. oneDNN compiles code for each
 * number of rows that it meets and keeps it: a hundred megabytes once it has met them all.
 */
const ROWS_STEP = 8;

/** The left factor for the engine. Each call overwrites it; by then the engine has its own copy of what was there. */
let left = new Float32Array(0);

/** Multiplies rows by weights. */
export interface RowProduct {
  /** Multiply-adds so far, padding not counted. */
  readonly multiplyAdds: number;
  /** Up to this many rows, the kernels compute the product. */
  readonly kernelRows: number;
  /**
   * Writes to `result` [rows, outputs] the product of `rows` rows, bias added. A row's inputs are those of `first` and
   * `second` side by side. If the kernels compute it, it is recorded as their next operation. Otherwise their operations
   * so far are run, and it is computed at once.
   */
  multiply(rows: number, result: Pointer, first: Matrix, second?: Matrix | null): Promise<void>;
  dispose(): void;
}

export class Product implements RowProduct {
  multiplyAdds = 0;
  readonly kernelRows: number;
  readonly #kernels: Kernels;
  readonly #inputs: number;
  readonly #outputs: number;
  /** 0 for none. */
  readonly #bias: Pointer;
  /** For the kernels; 0 if they never compute it. */
  readonly #packed: Pointer;
  /** For the engine; null if it never computes it. */
  readonly #weights: tf.Tensor2D | null;

  /**
   * Copies `weights` [inputs, outputs] and `bias` [outputs] to where they are used. The kernels compute products of at
   * most `maxKernelMultiplyAdds` multiply-adds.
   */
  constructor(
    kernels: Kernels,
    weights: Float32Array,
    inputs: number,
    bias: Float32Array | null,
    maxKernelMultiplyAdds = fastestLimit(),
  ) {
    this.#kernels = kernels;
    this.#inputs = inputs;
    this.#outputs = weights.length / inputs;
    this.#bias = bias ? kernels.memory.upload(bias) : 0;
    this.kernelRows = Math.floor(maxKernelMultiplyAdds / weights.length);
    const kernelsOnly = this.kernelRows === Number.POSITIVE_INFINITY;
    this.#packed = this.kernelRows > 0 ? kernels.pack(weights, inputs) : 0;
    this.#weights = kernelsOnly ? null : tf.tensor2d(weights, [inputs, this.#outputs]);
  }

  async multiply(rows: number, result: Pointer, first: Matrix, second: Matrix | null = null): Promise<void> {
    this.multiplyAdds += rows * this.#inputs * this.#outputs;
    if (this.#weights === null || rows <= this.kernelRows) {
      this.#kernels.operations.product(rows, first, second, this.#packed, this.#bias, result, this.#outputs);
    } else {
      await this.#multiplyOnEngine(this.#weights, rows, result, first, second);
    }
  }

  async #multiplyOnEngine(
    weights: tf.Tensor2D,
    rows: number,
    result: Pointer,
    first: Matrix,
    second: Matrix | null,
  ): Promise<void> {
    const { memory, operations } = this.#kernels;
    this.#kernels.run();
    const a = this.#leftFactor(rows, first, second);
    const product = tf.matMul(a, weights);
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
    this.#weights?.dispose();
  }
}

/**
 * Up to how many multiply-adds the kernels are faster than this thread's engine: always on a processor, where TensorFlow
 * packs the weights anew each time and copies its results twice.
 */
export function fastestLimit(): number {
  const engine = tf.getBackend();
  const onProcessor = engine === 'wasm' || (engine === 'tensorflow' && computesOnProcessor());
  return onProcessor ? Number.POSITIVE_INFINITY : 0;
}
