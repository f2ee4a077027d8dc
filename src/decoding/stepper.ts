/**
 * Runs the network one token at a time, for many rows at once.
 *
 * Matrix products are computed by the engine or by our own kernels. States, logits and everything between are in the
 * kernels' memory. On every engine a row's result does not depend on its neighbours; on wasm it is the same to the last
 * bit.
 *
 * In the shapes below, V is the vocabulary's size, E the embedding's, H the hidden size, and g the cell's number of gates.
 */

import type { Kernels } from '../kernels/kernels.ts';
import type { KernelMemory, Pointer } from '../kernels/memory.ts';
import type { CellStates, Matrix, OutputWeights } from '../kernels/operation-list.ts';
import { type Architecture, CELL_WEIGHTS } from '../model/architecture.ts';
import { type DecodingOptions, DecodingWeights, type LayerWeights } from './weights.ts';

/** A row's states: those of every layer, one after the other. */
export type RecurrentState = Float32Array;

/** A layer with the states of this stepper's rows. */
interface Layer {
  readonly weights: LayerWeights;
  states: CellStates;
}

/** How a projected row is guided: its logits are moved away from those of the row `unconditional`. */
export interface Guide {
  readonly unconditional: number;
  /** The share of the difference that is added; 0 for no guidance. */
  readonly weight: number;
}

/** Working memory for all rows. */
interface Buffers {
  /** The input products [rows, gH] and the recurrent products [rows, gH]. */
  readonly inputProducts: Pointer;
  readonly recurrentProducts: Pointer;
  /** The outputs of the rows that are projected [rows, H]. */
  readonly outputs: Pointer;
  /** What the output weights multiply [rows, width]; the same as `outputs` if there is no hidden projection. */
  readonly hidden: Pointer;
  /** [rows, V]. */
  readonly logits: Pointer;
  /** Which row of its input products each row uses: its token's in the table, the only one of a bias, or its own. */
  readonly tokens: Pointer;
  readonly zeros: Pointer;
  readonly ownNumbers: Pointer;
  /** The numbers of the rows that are projected. */
  readonly projected: Pointer;
  /** The numbers of the rows that they are moved away from, and how far. */
  readonly unconditional: Pointer;
  readonly guidance: Pointer;
}

export class Stepper {
  readonly #weights: DecodingWeights;
  readonly #layers: readonly Layer[];
  #buffers: Buffers;
  #capacity = 0;

  /** Uploads a checkpoint's parameters (by the names of `shapesOf`) to this thread's engine. */
  static async create(
    architecture: Architecture,
    values: ReadonlyMap<string, Float32Array>,
    options: DecodingOptions = {},
  ): Promise<Stepper> {
    return new Stepper(await DecodingWeights.create(architecture, values, options));
  }

  private constructor(weights: DecodingWeights) {
    this.#weights = weights;
    this.#layers = weights.layers.map((layer) => ({ weights: layer, states: this.#newStates(0) }));
    this.#buffers = this.#newBuffers(0);
  }

  /** A stepper with rows of its own and the same weights. Disposing of one disposes of both. */
  sibling(): Stepper {
    return new Stepper(this.#weights);
  }

  get architecture(): Architecture {
    return this.#weights.architecture;
  }

  get kernels(): Kernels {
    return this.#weights.kernels;
  }

  get outputWeights(): OutputWeights {
    return this.#weights.outputWeights;
  }

  /** Whether {@link recordStep} and {@link recordProjection} only record operations of the kernels. */
  get byKernels(): boolean {
    return this.#weights.byKernels;
  }

  /** Multiply-adds by the weights so far, padding not counted. The benchmark compares them with the engine's rate. */
  get multiplyAdds(): number {
    return this.#weights.multiplyAdds;
  }

  get #memory(): KernelMemory {
    return this.kernels.memory;
  }

  /** Makes room for `rows` rows; the states of the present rows are kept. */
  reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    const used = this.#capacity * this.architecture.hidden;
    const capacity = Math.max(rows, 2 * this.#capacity, 16);
    for (const layer of this.#layers) {
      const before = layer.states;
      layer.states = this.#newStates(capacity);
      const { h, c } = layer.states;
      this.#memory.floats(h, used).set(this.#memory.floats(before.h, used));
      if (c && before.c) this.#memory.floats(c, used).set(this.#memory.floats(before.c, used));
    }
    this.#buffers = this.#newBuffers(capacity);
    this.#capacity = capacity;
  }

  #newStates(capacity: number): CellStates {
    const { cell, hidden } = this.architecture;
    const h = this.#memory.alloc(capacity * hidden);
    return { h, c: CELL_WEIGHTS[cell].states === 2 ? this.#memory.alloc(capacity * hidden) : null };
  }

  #newBuffers(capacity: number): Buffers {
    const memory = this.#memory;
    const { cell, hidden: H, vocabulary: V } = this.architecture;
    const { gates } = CELL_WEIGHTS[cell];
    const inputProducts = memory.alloc(capacity * gates * H);
    const recurrentProducts = memory.alloc(capacity * gates * H);
    const outputs = memory.alloc(capacity * H);
    return {
      inputProducts,
      recurrentProducts,
      outputs,
      hidden: this.#weights.hiddenProjection ? memory.alloc(capacity * this.outputWeights.width) : outputs,
      logits: memory.alloc(capacity * V),
      tokens: memory.alloc(capacity),
      zeros: memory.alloc(capacity),
      ownNumbers: memory.upload(Int32Array.from({ length: capacity }, (_, n) => n)),
      projected: memory.alloc(capacity),
      unconditional: memory.alloc(capacity),
      guidance: memory.alloc(capacity),
    };
  }

  /**
   * Feeds tokens[n] to row n, for the first `rows` rows. What the kernels compute is recorded; what the engine computes is
   * computed at once.
   */
  async recordStep(tokens: Int32Array, rows: number): Promise<void> {
    if (rows === 0) return;
    this.#memory.integers(this.#buffers.tokens, rows).set(tokens.subarray(0, rows));
    let below: Matrix | null = null;
    for (const layer of this.#layers) below = await this.#recordLayer(layer, rows, below);
  }

  /** One layer's step; `below` is the output of the layer below. Returns the layer's own output [rows, H]. */
  async #recordLayer({ weights, states }: Layer, rows: number, below: Matrix | null): Promise<Matrix> {
    const { operations } = this.kernels;
    const { cell, hidden } = this.architecture;
    const { inputProducts, recurrentProducts, tokens, zeros, ownNumbers } = this.#buffers;
    const output: Matrix = { pointer: states.h, width: hidden };
    if (below === null) {
      await weights.recurrent.multiply(rows, recurrentProducts, output);
      operations.gates(cell, rows, hidden, this.#weights.table, tokens, recurrentProducts, states);
    } else if (weights.kernel) {
      await weights.kernel.multiply(rows, inputProducts, below);
      await weights.recurrent.multiply(rows, recurrentProducts, output);
      operations.gates(cell, rows, hidden, inputProducts, ownNumbers, recurrentProducts, states);
    } else {
      await weights.recurrent.multiply(rows, recurrentProducts, below, output);
      operations.gates(cell, rows, hidden, weights.bias, zeros, recurrentProducts, states);
    }
    return output;
  }

  /**
   * Records, or computes, the logits of the given rows, in their order: [rows, V]. Only the first `whole` rows get all
   * their logits. The n-th row is guided by the n-th of `guides`, if there are any: what the output multiplies is linear in
   * the logits, so it is enough to move that. For the other rows, {@link hiddenFor} and {@link outputWeights} give those of single tokens. The logits are
   * overwritten by the next call, and the caller may overwrite them before.
   */
  async recordProjection(
    rows: readonly number[],
    whole = rows.length,
    guides: readonly Guide[] = [],
  ): Promise<Pointer> {
    const { operations } = this.kernels;
    const { hiddenProjection, output } = this.#weights;
    const { outputs, hidden, logits, projected } = this.#buffers;
    const top = this.#layers.at(-1);
    if (!top) throw new RangeError('the network has no layers');
    const width = this.architecture.hidden;
    this.#memory.integers(projected, rows.length).set(rows);
    const states = { pointer: top.states.h, width };
    if (guides.some(({ weight }) => weight !== 0)) {
      const { unconditional, guidance } = this.#buffers;
      this.#memory.integers(unconditional, rows.length).set(guides.map((guide) => guide.unconditional));
      this.#memory.floats(guidance, rows.length).set(guides.map(({ weight }) => weight));
      operations.guide(rows.length, states, projected, unconditional, guidance, outputs);
    } else {
      operations.gather(rows.length, states, projected, outputs);
    }
    if (hiddenProjection) await hiddenProjection.multiply(rows.length, hidden, { pointer: outputs, width });
    if (whole > 0) {
      await output.multiply(whole, logits, { pointer: hidden, width: this.outputWeights.width });
    }
    return logits;
  }

  /**
   * What the output weights multiply for the n-th row of the last {@link recordProjection}. The logits of `tokens` tokens
   * will be computed from it, which is counted in {@link multiplyAdds}.
   */
  hiddenFor(n: number, tokens: number): Pointer {
    const { width } = this.outputWeights;
    this.#weights.singleTokenMultiplyAdds += tokens * width;
    return this.#buffers.hidden + 4 * n * width;
  }

  /** {@link recordStep}, computed at once. */
  async step(tokens: Int32Array, rows: number): Promise<void> {
    await this.recordStep(tokens, rows);
    this.kernels.run();
  }

  /** {@link recordProjection}, computed at once: [rows, V]. */
  async logits(rows: readonly number[]): Promise<Float32Array> {
    const logits = await this.recordProjection(rows);
    this.kernels.run();
    return this.#memory.floats(logits, rows.length * this.architecture.vocabulary);
  }

  /** The output [H] of the last layer for a row, until the next step. It lies in the kernels' memory. */
  topState(row: number): Float32Array {
    const top = this.#layers.at(-1);
    if (!top) throw new RangeError('the network has no layers');
    const { hidden } = this.architecture;
    return this.#memory.floats(top.states.h + 4 * row * hidden, hidden);
  }

  /** A copy of a row's states. */
  save(row: number): RecurrentState {
    const states = this.#statesOf(row);
    const H = this.architecture.hidden;
    const saved = new Float32Array(states.length * H);
    for (const [i, state] of states.entries()) saved.set(state, i * H);
    return saved;
  }

  /** Puts saved states into a row; null stands for the state before the first token. */
  restore(row: number, saved: RecurrentState | null): void {
    const H = this.architecture.hidden;
    for (const [i, state] of this.#statesOf(row).entries()) {
      if (saved) state.set(saved.subarray(i * H, (i + 1) * H));
      else state.fill(0);
    }
  }

  /** Copies a row's states over those of another. */
  move(from: number, to: number): void {
    const source = this.#statesOf(from);
    for (const [i, state] of this.#statesOf(to).entries()) state.set(source[i] ?? []);
  }

  /** The states of every layer: h, then c if the cell has one. */
  #statesOf(row: number): Float32Array[] {
    const H = this.architecture.hidden;
    return this.#layers
      .flatMap(({ states: { h, c } }) => (c === null ? [h] : [h, c]))
      .map((pointer) => this.#memory.floats(pointer + 4 * row * H, H));
  }

  dispose(): void {
    this.#weights.dispose();
  }
}
