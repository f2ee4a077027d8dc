/**
 * From the last layer's output to logits: for rows that need them all, one product; for rows that choose among a few
 * characters, those columns alone. V is the vocabulary's size, E the embedding's, H the hidden size.
 */

import * as tf from '@tensorflow/tfjs-core';
import { type Architecture, valuesOf } from './architecture.ts';
import type { Kernels, Place } from './kernels/kernels.ts';
import { multiply } from './product.ts';

export class Projection {
  /** Made for rows so far. */
  multiplyAdds = 0;
  readonly #kernels: Kernels;
  readonly #vocabulary: number;
  readonly #down: tf.Tensor2D | null;
  /** [W, V], where W is E if the output is tied, else H. */
  readonly #output: tf.Tensor2D;
  readonly #outputBias: tf.Tensor1D;
  readonly #width: number;
  /** The same for single columns: [V, W], and the bias [V]. */
  readonly #columns: Place;
  readonly #columnBias: Place;
  readonly #ids: Place;
  /** Of the rows last projected: what the output multiplies [n, W], and their logits [n, V]. */
  #lowered: Place = 0;
  #logits: Place = 0;
  #capacity = 0;

  constructor(architecture: Architecture, values: ReadonlyMap<string, Float32Array>, kernels: Kernels) {
    const { vocabulary: V, embedding: E, hidden: H, tied } = architecture;
    const width = tied ? E : H;
    const bias = valuesOf(values, 'outputBias');
    this.#kernels = kernels;
    this.#vocabulary = V;
    this.#width = width;
    this.#outputBias = tf.tensor1d(bias);
    this.#columnBias = kernels.reserve(V);
    this.#ids = kernels.reserve(V);
    this.#columns = kernels.reserve(V * width);
    kernels.floats(this.#columnBias, V).set(bias);
    const columns = kernels.floats(this.#columns, V * width);
    if (tied) {
      columns.set(valuesOf(values, 'embedding'));
      this.#down = tf.tensor2d(valuesOf(values, 'down'), [H, E]);
      // Transposed once: the wasm engine multiplies by a transposed matrix twelve times slower.
      this.#output = tf.tidy(() => tf.transpose(tf.tensor2d(columns.slice(), [V, E])));
    } else {
      const output = valuesOf(values, 'output');
      for (let id = 0; id < V; id++) {
        for (let k = 0; k < H; k++) columns[id * H + k] = output[k * V + id] as number;
      }
      this.#down = null;
      this.#output = tf.tensor2d(output, [H, V]);
    }
  }

  /**
   * The logits after `rows` rows whose output is `h` [rows, H]: [rows, V]. They stand in the kernels' memory, are
   * written over by the next call, and may be written over before. Of the rows from `whole` on only those logits mean
   * anything that {@link columns} is then asked for.
   */
  async logits(h: Float32Array, rows: number, whole: number): Promise<Float32Array> {
    const [V, W] = [this.#vocabulary, this.#width];
    const kernels = this.#kernels;
    if (this.#capacity < rows) {
      this.#capacity = Math.max(rows, 2 * this.#capacity);
      this.#lowered = kernels.reserve(this.#capacity * W);
      this.#logits = kernels.reserve(this.#capacity * V);
    }
    const lowered = kernels.floats(this.#lowered, rows * W);
    const logits = kernels.floats(this.#logits, rows * V);
    // What the columns and the whole projection have in common is one product.
    if (this.#down) this.multiplyAdds += await multiply(h, rows, this.#down, null, lowered);
    else lowered.set(h);
    if (whole > 0) {
      const [from, into] = [lowered.subarray(0, whole * W), logits.subarray(0, whole * V)];
      // TensorFlow would add the bias in a pass of its own, with a result of its own.
      const apart = tf.getBackend() === 'tensorflow';
      this.multiplyAdds += await multiply(from, whole, this.#output, apart ? null : this.#outputBias, into);
      if (apart) kernels.run.addBias(this.#logits, whole, V, this.#columnBias);
    }
    return logits;
  }

  /** Adds the logits of a few tokens to those of the n-th row of the last {@link logits}. */
  columns(n: number, ids: Int32Array): void {
    const kernels = this.#kernels;
    kernels.integers(this.#ids, ids.length).set(ids);
    kernels.run.columns(
      this.#lowered + 4 * n * this.#width,
      this.#width,
      this.#columns,
      this.#columnBias,
      this.#ids,
      ids.length,
      this.#logits + 4 * n * this.#vocabulary,
    );
    this.multiplyAdds += ids.length * this.#width;
  }

  dispose(): void {
    for (const tensor of [this.#down, this.#output, this.#outputBias]) tensor?.dispose();
  }
}
