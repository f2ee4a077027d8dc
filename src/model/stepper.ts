/**
 * A network that advances many rows by one token: the arithmetic of decoding, without plans or sampling.
 *
 * The engine makes the large products; gates are computed, and states, products and logits lie, in the memory of our
 * own kernels. On every engine a row's share of a product is the same whatever its neighbours are, to the last bit on
 * wasm. V is the vocabulary's size, E the embedding's, H the hidden size, g the cell's number of gates.
 */

import * as tf from '@tensorflow/tfjs-core';
import { type Architecture, valuesOf } from './architecture.ts';
import { CELLS } from './cells/cell.ts';
import { Kernels, type Place } from './kernels/kernels.ts';
import { multiply } from './product.ts';
import { Projection } from './projection.ts';

/** So many rows of the embedding are multiplied at once for the table; bounds the transient memory. */
const TABLE_CHUNK = 1024;

interface Layer {
  /** [H, gH]; with the kernel stacked on top, [2H, gH], where one product serves both. */
  readonly recurrent: tf.Tensor2D;
  /** Only of cells that have one. */
  readonly recurrentBias: tf.Tensor1D | null;
  /** Only where input and state need products of their own; its bias with it. */
  readonly kernel: tf.Tensor2D | null;
  readonly kernelBias: tf.Tensor1D | null;
  /** What the gates add where one product serves both: [gH]. */
  readonly bias: Place;
  /** [capacity, H] each, h first. */
  states: Place[];
}

/** A row's states, every layer's, one after the other. */
export type RowState = Float32Array;

export class Stepper {
  readonly architecture: Architecture;
  /** Its memory holds the logits that are given out. */
  readonly kernels: Kernels;
  #multiplyAdds = 0;
  readonly #width: number;
  /** The first layer's input product of every token, bias included: [V, gH]. */
  readonly #table: Place;
  readonly #layers: Layer[] = [];
  readonly #projection: Projection;
  readonly #tensors: tf.Tensor[] = [];
  /** Working memory for {@link #capacity} rows: joined inputs, and the products of input and state. */
  #joined: Place = 0;
  #inputs: Place = 0;
  #products: Place = 0;
  /** Which row of its input a row's gates read: the token's of the table, the only one of a bias, its own. */
  #tokens: Place = 0;
  #zeros: Place = 0;
  #own: Place = 0;
  #capacity = 0;

  /**
   * Uploads a checkpoint's parameters (as `shapesOf` names them) to this thread's engine. `onProgress` is awaited
   * every now and then: on a slow engine it takes seconds.
   */
  static async create(
    architecture: Architecture,
    values: ReadonlyMap<string, Float32Array>,
    onProgress: () => Promise<void> = async () => {},
  ): Promise<Stepper> {
    const kernels = new Kernels();
    return new Stepper(
      architecture,
      values,
      kernels,
      await inputTable(kernels, architecture, values, onProgress),
    );
  }

  private constructor(
    architecture: Architecture,
    values: ReadonlyMap<string, Float32Array>,
    kernels: Kernels,
    table: Place,
  ) {
    this.architecture = architecture;
    this.kernels = kernels;
    const { hidden: H, layers } = architecture;
    const cell = CELLS[architecture.cell];
    this.#width = cell.gates * H;
    this.#table = table;
    for (let layer = 0; layer < layers; layer++) {
      const recurrent = valuesOf(values, `layer${layer}/recurrent`);
      const kernel = layer > 0 ? valuesOf(values, `layer${layer}/kernel`) : null;
      const bias = valuesOf(values, `layer${layer}/bias`);
      const biasPlace = kernels.reserve(bias.length);
      kernels.floats(biasPlace, bias.length).set(bias);
      // A gate that scales the recurrent product alone (GRU's reset) needs it apart from the input's.
      const apart = cell.hasRecurrentBias || !kernel;
      const weights = apart ? recurrent : concatenated(kernel, recurrent);
      this.#layers.push({
        recurrent: this.#keep(tf.tensor2d(weights, [weights.length / this.#width, this.#width])),
        recurrentBias: cell.hasRecurrentBias
          ? this.#keep(tf.tensor1d(valuesOf(values, `layer${layer}/recurrentBias`)))
          : null,
        kernel: apart && kernel ? this.#keep(tf.tensor2d(kernel, [H, this.#width])) : null,
        kernelBias: apart && kernel ? this.#keep(tf.tensor1d(bias)) : null,
        bias: biasPlace,
        states: Array.from({ length: cell.states }, () => 0),
      });
    }
    this.#projection = new Projection(architecture, values, kernels);
  }

  /** Multiply-adds made for rows so far, padding not counted: what the benchmark holds against the engine's rate. */
  get multiplyAdds(): number {
    return this.#multiplyAdds + this.#projection.multiplyAdds;
  }

  #keep<T extends tf.Tensor>(tensor: T): T {
    this.#tensors.push(tensor);
    return tensor;
  }

  /** Makes room for so many rows; what the present rows hold is kept. */
  reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    const H = this.architecture.hidden;
    const { kernels } = this;
    const before = this.#capacity;
    const capacity = Math.max(rows, 2 * before, 16);
    for (const layer of this.#layers) {
      layer.states = layer.states.map((old) => {
        const grown = kernels.reserve(capacity * H);
        kernels.floats(grown, before * H).set(kernels.floats(old, before * H));
        return grown;
      });
    }
    this.#joined = kernels.reserve(capacity * 2 * H);
    this.#inputs = kernels.reserve(capacity * this.#width);
    this.#products = kernels.reserve(capacity * this.#width);
    this.#tokens = kernels.reserve(capacity);
    this.#zeros = kernels.reserve(capacity);
    this.#own = kernels.reserve(capacity);
    kernels.integers(this.#own, capacity).forEach((_, n, own) => {
      own[n] = n;
    });
    this.#capacity = capacity;
  }

  /** Feeds tokens[n] to row n, for the first `rows` rows. */
  async step(tokens: Int32Array, rows: number): Promise<void> {
    if (rows === 0) return;
    const { kernels } = this;
    const { hidden: H, cell } = this.architecture;
    kernels.integers(this.#tokens, rows).set(tokens.subarray(0, rows));
    let below: Place | null = null;
    for (const layer of this.#layers) {
      const [h = 0] = layer.states;
      let [zx, index] = below === null ? [this.#table, this.#tokens] : [layer.bias, this.#zeros];
      if (below !== null && layer.kernel) {
        [zx, index] = [this.#inputs, this.#own];
        await this.#product(below, rows, layer.kernel, layer.kernelBias, zx);
      }
      const stacked = below !== null && !layer.kernel;
      if (stacked) this.#join(below as Place, h, rows);
      await this.#product(
        stacked ? this.#joined : h,
        rows,
        layer.recurrent,
        layer.recurrentBias,
        this.#products,
      );
      kernels.gates(cell, rows, H, zx, index, this.#products, layer.states);
      below = h;
    }
  }

  /** Puts rows of two matrices [rows, H] side by side. */
  #join(left: Place, right: Place, rows: number): void {
    const H = this.architecture.hidden;
    const joined = this.kernels.floats(this.#joined, 2 * rows * H);
    const [a, b] = [this.kernels.floats(left, rows * H), this.kernels.floats(right, rows * H)];
    for (let n = 0; n < rows; n++) {
      joined.set(a.subarray(n * H, (n + 1) * H), 2 * n * H);
      joined.set(b.subarray(n * H, (n + 1) * H), (2 * n + 1) * H);
    }
  }

  /**
   * The logits after the given rows, in their order, as {@link Projection.logits} has them. {@link columns} then counts
   * the rows as they stand here.
   */
  async logits(rows: readonly number[], whole = rows.length): Promise<Float32Array> {
    const H = this.architecture.hidden;
    const h = this.kernels.floats(this.#layers.at(-1)?.states[0] as Place, this.#capacity * H);
    const gathered = new Float32Array(rows.length * H);
    for (const [i, n] of rows.entries()) gathered.set(h.subarray(n * H, (n + 1) * H), i * H);
    return this.#projection.logits(gathered, rows.length, whole);
  }

  /** Adds the logits of a few tokens to those of the n-th row that was last given to {@link logits}. */
  columns(n: number, ids: Int32Array): void {
    this.#projection.columns(n, ids);
  }

  save(row: number): RowState {
    const states = this.#statesOf(row);
    const H = this.architecture.hidden;
    const saved = new Float32Array(states.length * H);
    for (const [i, state] of states.entries()) saved.set(state, i * H);
    return saved;
  }

  /** Puts a saved state into a row; null stands for the state before the first token. */
  restore(row: number, saved: RowState | null): void {
    const H = this.architecture.hidden;
    for (const [i, state] of this.#statesOf(row).entries()) {
      if (saved) state.set(saved.subarray(i * H, (i + 1) * H));
      else state.fill(0);
    }
  }

  /** Copies a row's state over another's. */
  move(from: number, to: number): void {
    const source = this.#statesOf(from);
    for (const [i, state] of this.#statesOf(to).entries()) state.set(source[i] as Float32Array);
  }

  /** A row's states, every layer's. */
  #statesOf(row: number): Float32Array[] {
    const H = this.architecture.hidden;
    const places = this.#layers.flatMap((layer) => layer.states);
    return places.map((place) => this.kernels.floats(place + 4 * row * H, H));
  }

  dispose(): void {
    tf.dispose(this.#tensors);
    this.#projection.dispose();
  }

  /** left [rows, K] · right [K, M] + bias, written to `result`, all in the kernels' memory. */
  async #product(
    left: Place,
    rows: number,
    right: tf.Tensor2D,
    bias: tf.Tensor1D | null,
    result: Place,
  ): Promise<void> {
    const [K, M] = right.shape;
    const from = this.kernels.floats(left, rows * K);
    const into = this.kernels.floats(result, rows * M);
    this.#multiplyAdds += await multiply(from, rows, right, bias, into);
  }
}

function concatenated(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** embedding · kernel + bias of the first layer: [V, gH]. A token's input product is then a lookup. */
async function inputTable(
  kernels: Kernels,
  architecture: Architecture,
  values: ReadonlyMap<string, Float32Array>,
  onProgress: () => Promise<void>,
): Promise<Place> {
  const { vocabulary: V, embedding: E, hidden: H } = architecture;
  const width = CELLS[architecture.cell].gates * H;
  const table = kernels.reserve(V * width);
  const embedding = valuesOf(values, 'embedding');
  const kernel = tf.tensor2d(valuesOf(values, 'layer0/kernel'), [E, width]);
  const bias = tf.tensor1d(valuesOf(values, 'layer0/bias'));
  for (let from = 0; from < V; from += TABLE_CHUNK) {
    const rows = Math.min(V - from, TABLE_CHUNK);
    const chunk = embedding.subarray(from * E, (from + rows) * E);
    await multiply(chunk, rows, kernel, bias, kernels.floats(table + 4 * from * width, rows * width));
    await onProgress();
  }
  tf.dispose([kernel, bias]);
  return table;
}
