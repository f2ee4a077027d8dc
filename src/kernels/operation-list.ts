/**
 * The list of operations that the kernels are to run next.
 *
 * Each method records one operation; nothing is computed until the list is run. There are two buffers: while the
 * operations of one are run, new ones are recorded in the other.
 */

import type { CellName } from '../model/architecture.ts';
import type { DrawList } from './draw-list.ts';
import type { Int16Weights } from './int16-packing.ts';
import type { KernelMemory, Pointer } from './memory.ts';
import type { KernelFunctions, KernelInstance } from './module.ts';

/** A matrix of float32 in the kernels' memory, row by row. */
export interface Matrix {
  readonly pointer: Pointer;
  /** Numbers in a row. */
  readonly width: number;
}

/** A matrix of whole numbers of 16 bits in the kernels' memory, row by row. */
export interface QuantizedMatrix {
  readonly pointer: Pointer;
  /** Pairs of numbers in a row; a pair is four bytes. */
  readonly pairs: number;
  /** [rows]: what a number of a row stands for, but for the constant QUANTIZED_ONE. */
  readonly scales: Pointer;
}

/** The output's weights by token, for logits of single tokens. */
export interface OutputWeights {
  /** How many weights a token has: E if the output is tied to the embedding, otherwise H. */
  readonly width: number;
  /** [V, width]. */
  readonly weights: Pointer;
  /** [V]. */
  readonly bias: Pointer;
}

/** The states of a layer's cells, [rows, H] each. Only an LSTM has `c`. */
export interface CellStates {
  readonly h: Pointer;
  readonly c: Pointer | null;
}

/** A recorded list: the pointers to its first operation and behind its last. */
export interface RecordedList {
  readonly start: Pointer;
  readonly end: Pointer;
}

/** Operations of one list. The network of a decoder with two layers needs about fourteen. */
const MAX_OPERATIONS = 128;

export class OperationList {
  readonly #functions: KernelFunctions;
  readonly #operationBytes: number;
  readonly #cells: { readonly [cell in CellName]: number };
  /** The buffer that is written to. */
  #buffer: Pointer;
  #otherBuffer: Pointer;
  #count = 0;

  constructor({ functions, constants }: KernelInstance, memory: KernelMemory) {
    this.#functions = functions;
    this.#operationBytes = constants.OPERATION_BYTES;
    this.#cells = { lstm: constants.CELL_LSTM, gru: constants.CELL_GRU, rnn: constants.CELL_RNN };
    const length = (MAX_OPERATIONS * this.#operationBytes) / 4;
    this.#buffer = memory.alloc(length);
    this.#otherBuffer = memory.alloc(length);
  }

  /**
   * `result` [rows, columns] = `first` and `second` side by side · `weights` + `bias`. `weights` are packed
   * (`packing.ts`). `bias` [columns] is 0 for none.
   */
  product(
    rows: number,
    first: Matrix,
    second: Matrix | null,
    weights: Pointer,
    bias: Pointer,
    result: Pointer,
    columns: number,
  ): void {
    const { pointer, width } = second ?? { pointer: 0, width: 0 };
    const at = this.#nextRecord();
    this.#count += asRecorded(
      this.#functions.encodeProduct(
        at,
        rows,
        first.pointer,
        first.width,
        pointer,
        width,
        weights,
        bias,
        result,
        columns,
      ),
    );
  }

  /**
   * Rounds the first `rows` rows of a matrix to whole numbers of 16 bits. They are divided by the largest of their row
   * first if they are `scaled`; otherwise they are from −1 to 1. `quantized` has room for `rows` scales and pairs.
   */
  quantize(rows: number, { pointer, width }: Matrix, quantized: QuantizedMatrix, scaled: boolean): void {
    const at = this.#nextRecord();
    this.#count += asRecorded(
      this.#functions.encodeQuantize(
        at,
        rows,
        pointer,
        width,
        quantized.pointer,
        quantized.scales,
        scaled ? 1 : 0,
      ),
    );
  }

  /**
   * `result` [rows, columns] = `first` and `second` side by side · `weights` + `bias`, as {@link product}. Both matrices have
   * the scales of `first`. `weights` are packed by `int16-packing.ts`.
   */
  int16Product(
    rows: number,
    first: QuantizedMatrix,
    second: QuantizedMatrix | null,
    { weights, scales }: Int16Weights,
    bias: Pointer,
    result: Pointer,
    columns: number,
  ): void {
    const { pointer, pairs } = second ?? { pointer: 0, pairs: 0 };
    const at = this.#nextRecord();
    this.#count += asRecorded(
      this.#functions.encodeInt16Product(
        at,
        rows,
        first.pointer,
        first.pairs,
        pointer,
        pairs,
        weights,
        scales,
        first.scales,
        bias,
        result,
        columns,
      ),
    );
  }

  /**
   * The gates of a cell for all rows, which overwrite the states. Row n uses row `index[n]` of the input products `inputs`
   * [_, gH] and row n of the recurrent products `recurrent` [rows, gH].
   */
  gates(
    cell: CellName,
    rows: number,
    hidden: number,
    inputs: Pointer,
    index: Pointer,
    recurrent: Pointer,
    { h, c }: CellStates,
  ): void {
    const at = this.#nextRecord();
    this.#count += asRecorded(
      this.#functions.encodeGates(at, this.#cells[cell], rows, hidden, inputs, index, recurrent, h, c ?? 0),
    );
  }

  /** Adds `bias` [width] to each of the first `rows` rows of a matrix. */
  addBias(rows: number, { pointer, width }: Matrix, bias: Pointer): void {
    const at = this.#nextRecord();
    this.#count += asRecorded(this.#functions.encodeAddBias(at, rows, pointer, width, bias));
  }

  /** Copies row `index[n]` of a matrix to row n of `gathered`, for n from 0 to `rows` − 1. */
  gather(rows: number, { pointer, width }: Matrix, index: Pointer, gathered: Pointer): void {
    const at = this.#nextRecord();
    this.#count += asRecorded(this.#functions.encodeGather(at, rows, pointer, width, index, gathered));
  }

  /**
   * For n from 0 to `rows` − 1, with i = `index[n]`, j = `other[n]` and w = `weights[n]`: row i of a matrix plus w · (row i −
   * row j) becomes row n of `guided`.
   */
  guide(
    rows: number,
    { pointer, width }: Matrix,
    index: Pointer,
    other: Pointer,
    weights: Pointer,
    guided: Pointer,
  ): void {
    const at = this.#nextRecord();
    this.#count += asRecorded(
      this.#functions.encodeGuide(at, rows, pointer, width, index, other, weights, guided),
    );
  }

  /** The first `count` draws of a list. */
  draws(list: DrawList, count: number, { width, weights, bias }: OutputWeights): void {
    const at = this.#nextRecord();
    this.#count += asRecorded(this.#functions.encodeDraws(at, list.pointer, count, width, weights, bias));
  }

  /** The operations recorded so far, to be run; the list is empty afterwards. Null if there are none. */
  take(): RecordedList | null {
    if (this.#count === 0) return null;
    const start = this.#buffer;
    const end = start + this.#operationBytes * this.#count;
    this.#buffer = this.#otherBuffer;
    this.#otherBuffer = start;
    this.#count = 0;
    return { start, end };
  }

  #nextRecord(): Pointer {
    if (this.#count === MAX_OPERATIONS) {
      throw new RangeError(`an operation list has at most ${MAX_OPERATIONS} operations`);
    }
    return this.#buffer + this.#operationBytes * this.#count;
  }
}

/** An operation without tiles has nothing to do and is not kept. */
function asRecorded(tiles: number): 0 | 1 {
  return tiles > 0 ? 1 : 0;
}
