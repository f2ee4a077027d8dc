/**
 * A network that advances many rows by one token: the arithmetic of decoding, without plans or sampling.
 *
 * The engine makes the large products; gates and states are plain arrays. On every engine a row's share of a
 * product is the same whatever its neighbours are, to the last bit on wasm. V is the vocabulary's size, E the
 * embedding's, H the hidden size, g the cell's number of gates, N the number of rows.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from './architecture.ts';
import { CELLS } from './cells/cell.ts';
import { GATES, type GateRow } from './gates.ts';

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
  readonly bias: Float32Array;
  /** [capacity, H] each, h first. */
  states: Float32Array[];
}

/** A row's states, every layer's, one after the other. */
export type RowState = Float32Array;

export class Stepper {
  readonly architecture: Architecture;
  /** Multiply-adds made for rows so far, padding not counted: what the benchmark holds against the engine's rate. */
  multiplyAdds = 0;
  readonly #width: number;
  /** The first layer's input product of every token, bias included: [V, gH]. */
  readonly #table: Float32Array;
  readonly #layers: Layer[] = [];
  readonly #down: tf.Tensor2D | null;
  /** [E, V] where tied, else [H, V]. */
  readonly #output: tf.Tensor2D;
  readonly #outputBias: tf.Tensor1D;
  /** For single columns: [V, E] where tied, else [H, V]. */
  readonly #columns: Float32Array;
  readonly #columnBias: Float32Array;
  readonly #tensors: tf.Tensor[] = [];
  /** Working memory for {@link #capacity} rows: joined inputs, and the products of input and state. */
  #joined = new Float32Array(0);
  #inputs = new Float32Array(0);
  #products = new Float32Array(0);
  #logits = new Float32Array(0);
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
    return new Stepper(architecture, values, await inputTable(architecture, values, onProgress));
  }

  private constructor(
    architecture: Architecture,
    values: ReadonlyMap<string, Float32Array>,
    table: Float32Array,
  ) {
    this.architecture = architecture;
    const { vocabulary: V, embedding: E, hidden: H, layers, tied } = architecture;
    const cell = CELLS[architecture.cell];
    this.#width = cell.gates * H;
    this.#table = table;
    for (let layer = 0; layer < layers; layer++) {
      const recurrent = take(values, `layer${layer}/recurrent`);
      const kernel = layer > 0 ? take(values, `layer${layer}/kernel`) : null;
      const bias = take(values, `layer${layer}/bias`);
      const states = Array.from({ length: cell.states }, () => new Float32Array(0));
      // A gate that scales the recurrent product alone (GRU's reset) needs it apart from the input's.
      const apart = cell.hasRecurrentBias || !kernel;
      const weights = apart ? recurrent : concatenated(kernel, recurrent);
      this.#layers.push({
        recurrent: this.#keep(tf.tensor2d(weights, [weights.length / this.#width, this.#width])),
        recurrentBias: cell.hasRecurrentBias
          ? this.#keep(tf.tensor1d(take(values, `layer${layer}/recurrentBias`)))
          : null,
        kernel: apart && kernel ? this.#keep(tf.tensor2d(kernel, [H, this.#width])) : null,
        kernelBias: apart && kernel ? this.#keep(tf.tensor1d(bias)) : null,
        bias,
        states,
      });
    }
    this.#columnBias = take(values, 'outputBias');
    this.#outputBias = this.#keep(tf.tensor1d(this.#columnBias));
    if (tied) {
      this.#down = this.#keep(tf.tensor2d(take(values, 'down'), [H, E]));
      this.#columns = take(values, 'embedding');
      // Transposed once: the wasm engine multiplies by a transposed matrix twelve times slower.
      this.#output = this.#keep(tf.tidy(() => tf.transpose(tf.tensor2d(this.#columns, [V, E]))));
    } else {
      this.#down = null;
      this.#columns = take(values, 'output');
      this.#output = this.#keep(tf.tensor2d(this.#columns, [H, V]));
    }
  }

  #keep<T extends tf.Tensor>(tensor: T): T {
    this.#tensors.push(tensor);
    return tensor;
  }

  /** Makes room for so many rows; what the present rows hold is kept. */
  reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    const H = this.architecture.hidden;
    this.#capacity = Math.max(rows, 2 * this.#capacity, 16);
    for (const layer of this.#layers) {
      layer.states = layer.states.map((old) => {
        const grown = new Float32Array(this.#capacity * H);
        grown.set(old);
        return grown;
      });
    }
    this.#joined = new Float32Array(this.#capacity * 2 * H);
    this.#inputs = new Float32Array(this.#capacity * this.#width);
    this.#products = new Float32Array(this.#capacity * this.#width);
  }

  /** Feeds tokens[n] to row n, for the first `rows` rows. */
  async step(tokens: Int32Array, rows: number): Promise<void> {
    if (rows === 0) return;
    const H = this.architecture.hidden;
    const gates = GATES[this.architecture.cell];
    let below: Float32Array | null = null;
    for (const layer of this.#layers) {
      const h = layer.states[0] as Float32Array;
      let zx = layer.bias;
      const u = this.#products;
      const stacked = layer.recurrent.shape[0] === 2 * H;
      if (below && stacked) {
        const joined = this.#joined;
        for (let n = 0; n < rows; n++) {
          joined.set(below.subarray(n * H, (n + 1) * H), 2 * n * H);
          joined.set(h.subarray(n * H, (n + 1) * H), (2 * n + 1) * H);
        }
        await this.#product(joined, rows, layer.recurrent, layer.recurrentBias, u);
      } else {
        if (below && layer.kernel) {
          zx = this.#inputs;
          await this.#product(below, rows, layer.kernel, layer.kernelBias, zx);
        }
        await this.#product(h, rows, layer.recurrent, layer.recurrentBias, u);
      }
      const row: GateRow = { zx, zxAt: 0, u, uAt: 0, states: layer.states, at: 0 };
      if (!below) row.zx = this.#table;
      for (let n = 0; n < rows; n++) {
        if (!below) row.zxAt = (tokens[n] as number) * this.#width;
        else if (layer.kernel) row.zxAt = n * this.#width;
        row.uAt = n * this.#width;
        row.at = n * H;
        gates(row, H);
      }
      below = h;
    }
  }

  /**
   * The logits after the given rows: [rows.length, V], in their order. They stand in memory that the next call
   * writes over, and may be written over before.
   */
  async logits(rows: readonly number[]): Promise<Float32Array> {
    const outputs = this.#gather(rows);
    const { hidden: H, vocabulary: V } = this.architecture;
    const h = tf.tensor2d(outputs, [rows.length, H]);
    const down: tf.Tensor2D = this.#down ? tf.matMul(h, this.#down) : h;
    const product = affine(down, this.#output, this.#outputBias);
    if (this.#down) this.multiplyAdds += rows.length * H * this.architecture.embedding;
    this.multiplyAdds += rows.length * V * (down.shape[1] ?? 0);
    if (this.#logits.length < rows.length * V) this.#logits = new Float32Array(rows.length * V);
    try {
      await readInto(this.#logits, product);
      return this.#logits.subarray(0, rows.length * V);
    } finally {
      h.dispose();
      if (down !== h) down.dispose();
      product.dispose();
    }
  }

  /** The logits of a few tokens after one row, without the whole projection. */
  async columns(row: number, ids: readonly number[]): Promise<Float32Array> {
    const { vocabulary: V, embedding: E } = this.architecture;
    const h = this.#gather([row]);
    const y = this.#down ? new Float32Array(E) : h;
    if (this.#down) await this.#product(h, 1, this.#down, null, y);
    this.multiplyAdds += ids.length * y.length;
    return Float32Array.from(ids, (id) => {
      let sum = this.#columnBias[id] as number;
      for (let k = 0; k < y.length; k++) {
        const weight = this.#down ? this.#columns[id * y.length + k] : this.#columns[k * V + id];
        sum += (y[k] as number) * (weight as number);
      }
      return sum;
    });
  }

  save(row: number): RowState {
    const H = this.architecture.hidden;
    const arrays = this.#layers.flatMap((layer) => layer.states);
    const saved = new Float32Array(arrays.length * H);
    for (const [i, array] of arrays.entries()) saved.set(array.subarray(row * H, (row + 1) * H), i * H);
    return saved;
  }

  /** Puts a saved state into a row; null stands for the state before the first token. */
  restore(row: number, saved: RowState | null): void {
    const H = this.architecture.hidden;
    const arrays = this.#layers.flatMap((layer) => layer.states);
    for (const [i, array] of arrays.entries()) {
      if (saved) array.set(saved.subarray(i * H, (i + 1) * H), row * H);
      else array.fill(0, row * H, (row + 1) * H);
    }
  }

  /** Copies a row's state over another's. */
  move(from: number, to: number): void {
    const H = this.architecture.hidden;
    for (const layer of this.#layers) {
      for (const array of layer.states) array.copyWithin(to * H, from * H, (from + 1) * H);
    }
  }

  dispose(): void {
    tf.dispose(this.#tensors);
  }

  #gather(rows: readonly number[]): Float32Array {
    const H = this.architecture.hidden;
    const h = this.#layers.at(-1)?.states[0] as Float32Array;
    const gathered = new Float32Array(rows.length * H);
    for (const [i, n] of rows.entries()) gathered.set(h.subarray(n * H, (n + 1) * H), i * H);
    return gathered;
  }

  /** left [rows, K] · right [K, M] + bias, written to `result`. Both may be longer than their rows. */
  async #product(
    left: Float32Array,
    rows: number,
    right: tf.Tensor2D,
    bias: tf.Tensor1D | null,
    result: Float32Array,
  ): Promise<void> {
    const [K, M] = right.shape;
    const a = tf.tensor2d(left.subarray(0, rows * K), [rows, K]);
    const product = affine(a, right, bias);
    this.multiplyAdds += rows * K * M;
    try {
      await readInto(result, product);
    } finally {
      a.dispose();
      product.dispose();
    }
  }
}

/** Copies a tensor's values to the beginning of an array. On wasm, straight from the engine's memory. */
async function readInto(target: Float32Array, tensor: tf.Tensor): Promise<void> {
  if (tf.getBackend() === 'wasm') target.set((tf.backend() as BackendWasm).typedArrayFromHeap(tensor));
  else target.set(await tensor.data<'float32'>());
}

/** a · b + bias by the engine's quicker way: TensorFlow's fused kernel takes longer than its two plain ones. */
function affine(a: tf.Tensor2D, b: tf.Tensor2D, bias: tf.Tensor1D | null): tf.Tensor2D {
  if (!bias) return tf.matMul(a, b);
  if (tf.getBackend() !== 'tensorflow') return tf.fused.matMul({ a, b, bias }) as tf.Tensor2D;
  return tf.tidy(() => tf.add(tf.matMul(a, b), bias));
}

function concatenated(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function take(values: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const value = values.get(name);
  if (!value) throw new RangeError(`parameter ${name} is missing`);
  return value;
}

/** embedding · kernel + bias of the first layer: [V, gH]. A token's input product is then a lookup. */
async function inputTable(
  architecture: Architecture,
  values: ReadonlyMap<string, Float32Array>,
  onProgress: () => Promise<void>,
): Promise<Float32Array> {
  const { vocabulary: V, embedding: E, hidden: H } = architecture;
  const width = CELLS[architecture.cell].gates * H;
  const table = new Float32Array(V * width);
  const embedding = take(values, 'embedding');
  const kernel = tf.tensor2d(take(values, 'layer0/kernel'), [E, width]);
  const bias = tf.tensor1d(take(values, 'layer0/bias'));
  for (let from = 0; from < V; from += TABLE_CHUNK) {
    const to = Math.min(V, from + TABLE_CHUNK);
    const a = tf.tensor2d(embedding.subarray(from * E, to * E), [to - from, E]);
    const product = affine(a, kernel, bias);
    await readInto(table.subarray(from * width), product);
    tf.dispose([a, product]);
    await onProgress();
  }
  tf.dispose([kernel, bias]);
  return table;
}
