/**
 * Products of rows and a matrix of weights, for decoding: what is multiplied and what comes of it lie in the memory of
 * our own kernels.
 *
 * The kernels compute them where there is nothing better: with wasm, and for few rows on a processor, where a call into
 * TensorFlow costs more than it saves. Else the engine does, on a graphics card above all.
 */

import * as tf from '@tensorflow/tfjs-core';
import { computesOnProcessor } from '../engines/tensorflow.ts';
import type { Kernels, Matrix, Place } from '../kernels/kernels.ts';

/**
 * Up to so many multiply-adds TensorFlow on a processor is slower than the kernels: it packs the weights anew each time,
 * and its results are copied twice.
 */
const FEW_MULTIPLY_ADDS = 40e6;

/**
 * Beyond them, rows of zeros are added up to a multiple of this: oneDNN compiles code for each number of rows that it
 * meets and keeps it, a hundred megabytes by the time it has met them all.
 */
const ROWS_STEP = 8;

/** The left side for the engine; each call writes it anew, and the engine has its own copy by the next. */
let left = new Float32Array(0);

export class Product {
  /** Made so far, padding not counted. */
  multiplyAdds = 0;
  /** Up to so many rows the kernels compute. */
  readonly kernelRows: number;
  readonly #kernels: Kernels;
  readonly #inputs: number;
  readonly #outputs: number;
  readonly #bias: Place;
  readonly #packed: Place;
  readonly #weights: tf.Tensor2D | null;

  /**
   * `weights` [inputs, outputs] and `bias` [outputs] are copied to where this thread's engine multiplies. Up to `few`
   * multiply-adds are left to the kernels.
   */
  constructor(
    kernels: Kernels,
    weights: Float32Array,
    inputs: number,
    bias: Float32Array | null,
    few = fewMultiplyAdds(),
  ) {
    this.#kernels = kernels;
    this.#inputs = inputs;
    this.#outputs = weights.length / inputs;
    this.#bias = bias ? kernels.keep(bias) : 0;
    this.kernelRows = Math.floor(few / weights.length);
    const everyRow = this.kernelRows === Number.POSITIVE_INFINITY;
    this.#packed = this.kernelRows > 0 ? kernels.pack(weights, inputs) : 0;
    this.#weights = everyRow ? null : tf.tensor2d(weights, [inputs, this.#outputs]);
  }

  /**
   * Writes to `result` [rows, outputs] the product of `rows` rows, bias added. Their numbers are those of `first` and
   * `second` side by side. Where it is the kernels' it becomes a job of theirs; else it is made at once, after their jobs
   * so far.
   */
  async write(rows: number, result: Place, first: Matrix, second: Matrix | null = null): Promise<void> {
    this.multiplyAdds += rows * this.#inputs * this.#outputs;
    const kernels = this.#kernels;
    if (rows <= this.kernelRows) {
      kernels.multiply(rows, first, second, this.#packed, this.#bias, result, this.#outputs);
      return;
    }
    kernels.run();
    const a = this.#join(rows, first, second);
    const product = tf.matMul(a, this.#weights as tf.Tensor2D);
    try {
      // TensorFlow blocks either way, and a promise for each product costs up to half as much as the product.
      const values =
        tf.getBackend() === 'tensorflow' ? product.dataSync<'float32'>() : await product.data<'float32'>();
      const wanted = rows * this.#outputs;
      kernels.floats(result, wanted).set(values.subarray(0, wanted));
    } finally {
      tf.dispose([a, product]);
    }
    if (this.#bias) kernels.addBias(rows, { at: result, width: this.#outputs }, this.#bias);
  }

  /** The left side as the engine takes it. */
  #join(rows: number, first: Matrix, second: Matrix | null): tf.Tensor2D {
    const K = this.#inputs;
    const whole = tf.getBackend() === 'tensorflow' ? Math.ceil(rows / ROWS_STEP) * ROWS_STEP : rows;
    if (left.length < whole * K) left = new Float32Array(whole * K);
    let column = 0;
    for (const { at, width } of second ? [first, second] : [first]) {
      const matrix = this.#kernels.floats(at, rows * width);
      if (width === K) left.set(matrix);
      else {
        for (let n = 0; n < rows; n++) {
          left.set(matrix.subarray(n * width, (n + 1) * width), n * K + column);
        }
      }
      column += width;
    }
    left.fill(0, rows * K, whole * K);
    return tf.tensor2d(left.subarray(0, whole * K), [whole, K]);
  }

  dispose(): void {
    this.#weights?.dispose();
  }
}

/** Up to how many multiply-adds this thread's engine leaves a product to the kernels. */
function fewMultiplyAdds(): number {
  const engine = tf.getBackend();
  if (engine === 'wasm') return Number.POSITIVE_INFINITY;
  return engine === 'tensorflow' && computesOnProcessor() ? FEW_MULTIPLY_ADDS : 0;
}
