/**
 * Runs a critic on our own kernels, beside the decoder whose poems it judges.
 *
 * All sequences of a call are read at once, one token a step, in both directions. A sequence that has ended takes part
 * in the steps of longer ones, and what comes after its end is not pooled. So its logit does not depend on the others.
 *
 * In the shapes below, V is the vocabulary's size, E the embedding's, and H the hidden size of a direction.
 */

import type { Kernels } from '../kernels/kernels.ts';
import type { Pointer } from '../kernels/memory.ts';
import type { CellStates } from '../kernels/operation-list.ts';
import { valuesOf } from '../model/architecture.ts';
import { type Critic, DIRECTIONS, type Direction } from '../model/critic.ts';
import { PAD } from '../model/vocabulary.ts';
import type { PoemCritic } from './decoder-model.ts';

const GATES = 4;

/** The weights of one direction. */
interface DirectionWeights {
  /** The first layer's input products by token, bias included: [V, 4H]. */
  readonly table: Pointer;
  /** [H, 4H], packed. */
  readonly recurrent: Pointer;
  /** The second layer's input and recurrent weights, one above the other: [2H, 4H], packed. */
  readonly second: Pointer;
  /** [4H]. */
  readonly secondBias: Pointer;
}

/** The working memory of one direction for `capacity` sequences. */
interface DirectionBuffers {
  readonly first: CellStates;
  readonly second: CellStates;
  readonly tokens: Pointer;
}

export class CriticScorer implements PoemCritic {
  readonly wornPhrases: ReadonlySet<string>;
  readonly #kernels: Kernels;
  readonly #hidden: number;
  readonly #weights: ReadonlyMap<Direction, DirectionWeights>;
  /** [4H]: forward mean, forward maximum, backward mean, backward maximum. */
  readonly #head: Float32Array;
  readonly #headBias: number;
  #buffers = new Map<Direction, DirectionBuffers>();
  /** [capacity, 4H]. */
  #products: Pointer = 0;
  /** Zeros: the row of the second layer's bias that each sequence uses. */
  #biasRows: Pointer = 0;
  #capacity = 0;

  /** Copies a critic and the poet's embedding [V, E] to the kernels' memory. */
  static async create(kernels: Kernels, critic: Critic, embedding: Float32Array): Promise<CriticScorer> {
    const weights = new Map<Direction, DirectionWeights>();
    for (const direction of DIRECTIONS) {
      weights.set(direction, await uploadDirection(kernels, critic, embedding, direction));
    }
    return new CriticScorer(kernels, critic, weights);
  }

  private constructor(
    kernels: Kernels,
    { architecture, parameters, wornPhrases }: Critic,
    weights: ReadonlyMap<Direction, DirectionWeights>,
  ) {
    this.wornPhrases = new Set(wornPhrases);
    this.#kernels = kernels;
    this.#hidden = architecture.hidden;
    this.#weights = weights;
    this.#head = valuesOf(parameters, 'head');
    this.#headBias = valuesOf(parameters, 'headBias')[0] ?? 0;
  }

  /**
   * The logit of each sequence of token ids: above zero if the critic takes it for the beginning of a poem by a person.
   * No operation of the kernels may be running. Operations that are recorded are run too.
   */
  logits(sequences: readonly ArrayLike<number>[]): number[] {
    const rows = sequences.length;
    this.#reserve(rows);
    this.#clearStates(rows);
    const steps = sequences.reduce((longest, { length }) => Math.max(longest, length), 0);
    const pools = new Map(DIRECTIONS.map((direction) => [direction, new Pool(rows, this.#hidden)]));
    for (let t = 0; t < steps; t++) {
      for (const direction of DIRECTIONS) this.#recordStep(direction, sequences, t);
      this.#kernels.run();
      for (const [direction, pool] of pools) {
        const { h } = this.#buffersOf(direction).second;
        const outputs = this.#kernels.memory.floats(h, rows * this.#hidden);
        for (const [row, { length }] of sequences.entries()) if (t < length) pool.add(row, outputs);
      }
    }
    return sequences.map(({ length }, row) => {
      const H = this.#hidden;
      let logit = this.#headBias;
      for (const [i, direction] of DIRECTIONS.entries()) {
        const head = this.#head.subarray(2 * H * i, 2 * H * (i + 1));
        logit += pools.get(direction)?.dot(row, length, head) ?? 0;
      }
      return logit;
    });
  }

  #recordStep(direction: Direction, sequences: readonly ArrayLike<number>[], t: number): void {
    const rows = sequences.length;
    const H = this.#hidden;
    const { memory, operations } = this.#kernels;
    const weights = this.#weights.get(direction);
    if (!weights) throw new RangeError(`there are no weights for ${direction}`);
    const { first, second, tokens } = this.#buffersOf(direction);
    const ids = memory.integers(tokens, rows);
    for (const [row, sequence] of sequences.entries()) {
      ids[row] = sequence[direction === 'forward' ? t : sequence.length - 1 - t] ?? PAD;
    }
    const below = { pointer: first.h, width: H };
    operations.product(rows, below, null, weights.recurrent, 0, this.#products, GATES * H);
    operations.gates('lstm', rows, H, weights.table, tokens, this.#products, first);
    const own = { pointer: second.h, width: H };
    operations.product(rows, below, own, weights.second, 0, this.#products, GATES * H);
    operations.gates('lstm', rows, H, weights.secondBias, this.#biasRows, this.#products, second);
  }

  #buffersOf(direction: Direction): DirectionBuffers {
    const buffers = this.#buffers.get(direction);
    if (!buffers) throw new RangeError('reserve comes first');
    return buffers;
  }

  /** Makes room for `rows` sequences. */
  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    const { memory } = this.#kernels;
    const capacity = Math.max(rows, 2 * this.#capacity, 16);
    const states = () => ({
      h: memory.alloc(capacity * this.#hidden),
      c: memory.alloc(capacity * this.#hidden),
    });
    this.#buffers = new Map(
      DIRECTIONS.map((direction) => [
        direction,
        { first: states(), second: states(), tokens: memory.alloc(capacity) },
      ]),
    );
    this.#products = memory.alloc(capacity * GATES * this.#hidden);
    this.#biasRows = memory.alloc(capacity);
    this.#capacity = capacity;
  }

  #clearStates(rows: number): void {
    for (const { first, second } of this.#buffers.values()) {
      for (const pointer of [first.h, first.c, second.h, second.c]) {
        if (pointer !== null) this.#kernels.memory.floats(pointer, rows * this.#hidden).fill(0);
      }
    }
  }
}

/** The sum and the maximum over time of each sequence's outputs. */
class Pool {
  readonly #hidden: number;
  readonly #sums: Float32Array;
  readonly #maxima: Float32Array;

  constructor(rows: number, hidden: number) {
    this.#hidden = hidden;
    this.#sums = new Float32Array(rows * hidden);
    this.#maxima = new Float32Array(rows * hidden).fill(Number.NEGATIVE_INFINITY);
  }

  /** `outputs` [rows, H] are those of all sequences. */
  add(row: number, outputs: Float32Array): void {
    const end = (row + 1) * this.#hidden;
    // A hot loop, and within bounds.
    for (let i = row * this.#hidden; i < end; i++) {
      const value = outputs[i] as number;
      this.#sums[i] = (this.#sums[i] as number) + value;
      if (value > (this.#maxima[i] as number)) this.#maxima[i] = value;
    }
  }

  /** Mean and maximum of a sequence of `length` tokens, times `head` [2H]. */
  dot(row: number, length: number, head: Float32Array): number {
    const H = this.#hidden;
    let sum = 0;
    for (let i = 0; i < H; i++) {
      const mean = (this.#sums[row * H + i] ?? 0) / length;
      sum += mean * (head[i] ?? 0) + (this.#maxima[row * H + i] ?? 0) * (head[H + i] ?? 0);
    }
    return sum;
  }
}

async function uploadDirection(
  kernels: Kernels,
  { architecture, parameters }: Critic,
  embedding: Float32Array,
  direction: Direction,
): Promise<DirectionWeights> {
  const { vocabulary: V, embedding: E, hidden: H } = architecture;
  const { memory, operations } = kernels;
  const of = (layer: number, name: string) => valuesOf(parameters, `${direction}/layer${layer}/${name}`);
  const table = memory.alloc(V * GATES * H);
  const second = new Float32Array(2 * H * GATES * H);
  second.set(of(1, 'kernel'));
  second.set(of(1, 'recurrent'), H * GATES * H);
  const weights = {
    table,
    recurrent: kernels.pack(of(0, 'recurrent'), H),
    second: kernels.pack(second, 2 * H),
    secondBias: memory.upload(of(1, 'bias')),
  };
  await memory.withScratch(async () => {
    const kernel = kernels.pack(of(0, 'kernel'), E);
    const bias = memory.upload(of(0, 'bias'));
    const inputs = { pointer: memory.upload(embedding), width: E };
    operations.product(V, inputs, null, kernel, bias, table, GATES * H);
    kernels.run();
  });
  return weights;
}
