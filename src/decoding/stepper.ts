/**
 * The network one token at a time, for many rows at once: what decoding needs of it, and nothing that training needs.
 *
 * Products are made by the engine or by our own kernels; states, logits and everything between lie in the memory of the
 * kernels. On every engine a row's share of a product is the same whatever its neighbours are, to the last bit on
 * wasm. V is the vocabulary's size, E the embedding's, H the hidden size, g the cell's number of gates.
 */

import type { Columns, Kernels, Matrix, Place } from '../kernels/kernels.ts';
import { type Architecture, CELL_WEIGHTS } from '../model/architecture.ts';
import { type DecodingOptions, DecodingWeights } from './weights.ts';

/** A row's states, every layer's, one after the other. */
export type RowState = Float32Array;

export class Stepper {
  readonly #weights: DecodingWeights;
  /** Every layer's, [capacity, H] each, h first. */
  readonly #states: Place[][];
  /** Working memory for {@link #capacity} rows: the products of input and state, and outputs put together. */
  #inputs: Place = 0;
  #products: Place = 0;
  #gathered: Place = 0;
  /** What the output multiplies, and the logits. */
  #lowered: Place = 0;
  #logits: Place = 0;
  /** Which row of its input a row's gates read: the token's of the table, the only one of a bias, its own. */
  #tokens: Place = 0;
  #zeros: Place = 0;
  #own: Place = 0;
  /** Which rows are projected. */
  #projected: Place = 0;
  #capacity = 0;

  /** Uploads a checkpoint's parameters (as `shapesOf` names them) to this thread's engine. */
  static async create(
    architecture: Architecture,
    values: ReadonlyMap<string, Float32Array>,
    options: DecodingOptions = {},
  ): Promise<Stepper> {
    return new Stepper(await DecodingWeights.create(architecture, values, options));
  }

  private constructor(weights: DecodingWeights) {
    this.#weights = weights;
    const { cell, layers } = weights.architecture;
    this.#states = Array.from({ length: layers }, () =>
      Array.from({ length: CELL_WEIGHTS[cell].states }, () => 0),
    );
  }

  /** Another batch of rows that is advanced by the same weights. What is disposed of is theirs together. */
  beside(): Stepper {
    return new Stepper(this.#weights);
  }

  get architecture(): Architecture {
    return this.#weights.architecture;
  }

  /** Their memory holds the logits that are given out. */
  get kernels(): Kernels {
    return this.#weights.kernels;
  }

  get columns(): Columns {
    return this.#weights.columns;
  }

  /** Up to so many rows {@link advance} and {@link project} only write down jobs for the kernels. */
  get kernelRows(): number {
    return this.#weights.kernelRows;
  }

  /** Multiply-adds made by the weights so far, padding not counted: what the benchmark holds against the engine's rate. */
  get multiplyAdds(): number {
    return this.#weights.multiplyAdds;
  }

  /** Makes room for so many rows; what the present rows hold is kept. */
  reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    const { kernels } = this;
    const { cell, hidden: H, vocabulary: V } = this.architecture;
    const before = this.#capacity;
    const capacity = Math.max(rows, 2 * before, 16);
    for (const states of this.#states) {
      for (const [i, old] of states.entries()) {
        const grown = kernels.reserve(capacity * H);
        kernels.floats(grown, before * H).set(kernels.floats(old, before * H));
        states[i] = grown;
      }
    }
    this.#inputs = kernels.reserve(capacity * CELL_WEIGHTS[cell].gates * H);
    this.#products = kernels.reserve(capacity * CELL_WEIGHTS[cell].gates * H);
    this.#gathered = kernels.reserve(capacity * H);
    this.#lowered = this.#weights.down ? kernels.reserve(capacity * this.columns.width) : this.#gathered;
    this.#logits = kernels.reserve(capacity * V);
    this.#tokens = kernels.reserve(capacity);
    this.#zeros = kernels.reserve(capacity);
    this.#own = kernels.keep(Int32Array.from({ length: capacity }, (_, n) => n));
    this.#projected = kernels.reserve(capacity);
    this.#capacity = capacity;
  }

  /** Feeds tokens[n] to row n, for the first `rows` rows: at once, or by jobs for the kernels. */
  async advance(tokens: Int32Array, rows: number): Promise<void> {
    if (rows === 0) return;
    const { kernels } = this;
    const { hidden: H, cell } = this.architecture;
    kernels.integers(this.#tokens, rows).set(tokens.subarray(0, rows));
    let below: Matrix | null = null;
    for (const [layer, { recurrent, kernel, bias }] of this.#weights.layers.entries()) {
      const states = this.#states[layer] as Place[];
      const h: Matrix = { at: states[0] as Place, width: H };
      let [zx, index] = below === null ? [this.#weights.table, this.#tokens] : [bias, this.#zeros];
      if (below !== null && kernel) {
        [zx, index] = [this.#inputs, this.#own];
        await kernel.write(rows, zx, below);
      }
      if (below !== null && !kernel) await recurrent.write(rows, this.#products, below, h);
      else await recurrent.write(rows, this.#products, h);
      kernels.gates(cell, rows, H, zx, index, this.#products, states);
      below = h;
    }
  }

  /**
   * The logits after the given rows, in their order: [rows, V], at once or by jobs for the kernels. They are written over
   * by the next call, and may be written over before. Those of the rows from `whole` on are not made; {@link lowered}
   * and {@link columns} give single ones.
   */
  async project(rows: readonly number[], whole = rows.length): Promise<Place> {
    const { kernels } = this;
    const { down, output, columns } = this.#weights;
    const width = this.architecture.hidden;
    const outputs: Matrix = { at: this.#states.at(-1)?.[0] as Place, width };
    kernels.integers(this.#projected, rows.length).set(rows);
    kernels.gather(rows.length, outputs, this.#projected, this.#gathered);
    // What single columns and the whole projection have in common is one product.
    if (down) await down.write(rows.length, this.#lowered, { at: this.#gathered, width });
    if (whole > 0) await output.write(whole, this.#logits, { at: this.#lowered, width: columns.width });
    return this.#logits;
  }

  /** What the output multiplies of the n-th row of the last {@link project}, by so many of its columns. */
  lowered(n: number, columns: number): Place {
    const { width } = this.columns;
    this.#weights.byColumn += columns * width;
    return this.#lowered + 4 * n * width;
  }

  /** {@link advance}, done. */
  async step(tokens: Int32Array, rows: number): Promise<void> {
    await this.advance(tokens, rows);
    this.kernels.run();
  }

  /** {@link project}, done. */
  async logits(rows: readonly number[]): Promise<Float32Array> {
    const logits = await this.project(rows);
    this.kernels.run();
    return this.kernels.floats(logits, rows.length * this.architecture.vocabulary);
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
    return this.#states.flat().map((place) => this.kernels.floats(place + 4 * row * H, H));
  }

  dispose(): void {
    this.#weights.dispose();
  }
}
