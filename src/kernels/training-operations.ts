/**
 * The operations of training. Each method records one; they run in their order. `run` runs what is recorded, and a full
 * list runs by itself.
 *
 * Everything is float32, row by row. Products take packed factors: a matrix, or its transpose, is packed once for all
 * products that read it.
 */

import type { CellName } from '../model/architecture.ts';
import type { KernelMemory, Pointer } from './memory.ts';
import type { KernelFunctions, KernelInstance } from './module.ts';
import { OperationBuffer } from './operation-buffer.ts';
import type { RecordedList } from './operation-list.ts';

/** A matrix [rows, columns] in the kernels' memory. */
export interface DenseMatrix {
  readonly pointer: Pointer;
  readonly rows: number;
  readonly columns: number;
}

/** A factor of a product in panels: `lines` rows of a left factor or columns of a right one, of `inner` numbers each. */
export interface PackedFactor {
  readonly pointer: Pointer;
  readonly lines: number;
  readonly inner: number;
}

/** One step of a cell: pointers to [B, H] states, [B, gH] sums, and gradients by them; 0 for what the cell does not have. */
export interface CellStep {
  readonly z: Pointer;
  readonly recurrent: Pointer;
  readonly cBefore: Pointer;
  readonly cAfter: Pointer;
  readonly hBefore: Pointer;
}

export class TrainingOperations {
  readonly #functions: KernelFunctions;
  readonly #panelRows: number;
  readonly #panelColumns: number;
  readonly #tileNumbers: number;
  readonly #cells: { readonly [cell in CellName]: number };
  readonly #threads: number;
  readonly #list: OperationBuffer;

  /** `runList` runs a list to its end, with `threads` threads. */
  constructor(
    { functions, constants }: KernelInstance,
    memory: KernelMemory,
    threads: number,
    runList: (list: RecordedList) => void,
  ) {
    this.#functions = functions;
    this.#panelRows = constants.PANEL_ROWS;
    this.#panelColumns = constants.PANEL_COLUMNS;
    this.#tileNumbers = constants.TILE_NUMBERS;
    this.#cells = { lstm: constants.CELL_LSTM, gru: constants.CELL_GRU, rnn: constants.CELL_RNN };
    this.#threads = threads;
    this.#list = new OperationBuffer(memory, constants.OPERATION_BYTES, runList);
  }

  /** Runs what is recorded. */
  run(): void {
    this.#list.run();
  }

  /** How many numbers a left factor of `rows` rows takes. */
  leftLength(rows: number, inner: number): number {
    return Math.ceil(rows / this.#panelRows) * this.#panelRows * inner;
  }

  /** How many numbers a right factor of `columns` columns takes. */
  rightLength(columns: number, inner: number): number {
    return Math.ceil(columns / this.#panelColumns) * this.#panelColumns * inner;
  }

  /** Packs a matrix as the left factor of products; `transposed`: its transpose. */
  packLeft({ pointer, rows, columns }: DenseMatrix, into: Pointer, transposed = false): PackedFactor {
    return transposed
      ? this.#pack(true, pointer, columns, 4, rows, 4 * columns, into)
      : this.#pack(true, pointer, rows, 4 * columns, columns, 4, into);
  }

  /** Packs a matrix as the right factor of products; `transposed`: its transpose. */
  packRight({ pointer, rows, columns }: DenseMatrix, into: Pointer, transposed = false): PackedFactor {
    return transposed
      ? this.#pack(false, pointer, rows, 4 * columns, columns, 4, into)
      : this.#pack(false, pointer, columns, 4, rows, 4 * columns, into);
  }

  /**
   * `result` [left.lines, right.lines] = left · right + `bias`, or += left · right if `accumulate` is true. `bias` is 0
   * for none. Throws a RangeError if the inner dimensions differ.
   */
  multiply(left: PackedFactor, right: PackedFactor, result: Pointer, accumulate = false, bias = 0): void {
    const { lines: rows, inner } = left;
    if (inner !== right.inner)
      throw new RangeError(`a product sums over ${inner} and ${right.inner} numbers`);
    this.#list.keep(
      this.#functions.encodeMultiply(
        this.#list.next(),
        left.pointer,
        right.pointer,
        rows,
        right.lines,
        inner,
        accumulate,
        bias,
        result,
        this.#threads,
      ),
    );
  }

  /** The gates of a step: turns the sums at `z` into the gates' values, and writes the states after the step. */
  cellForward(cell: CellName, rows: number, hidden: number, step: CellStep, hAfter: Pointer): void {
    const { z, recurrent, cBefore, cAfter, hBefore } = step;
    const at = this.#list.next();
    const number = this.#cells[cell];
    this.#list.keep(
      this.#functions.encodeCellForward(
        at,
        number,
        rows,
        hidden,
        z,
        recurrent,
        cBefore,
        cAfter,
        hBefore,
        hAfter,
      ),
    );
  }

  /**
   * The gradient of a step by its sums, which takes the place of the gates' values. `dh` is the gradient by the step's
   * output, `dc` by c after the step and then before it. A GRU adds to `dhBefore`, which is 0 at the first step.
   */
  cellBackward(
    cell: CellName,
    rows: number,
    hidden: number,
    step: CellStep,
    gradients: { readonly dh: Pointer; readonly dc: Pointer; readonly dhBefore: Pointer },
  ): void {
    const { z, recurrent, cBefore, cAfter, hBefore } = step;
    const { dh, dc, dhBefore } = gradients;
    const at = this.#list.next();
    const number = this.#cells[cell];
    this.#list.keep(
      this.#functions.encodeCellBackward(
        at,
        number,
        rows,
        hidden,
        z,
        recurrent,
        cBefore,
        cAfter,
        hBefore,
        dh,
        dc,
        dhBefore,
      ),
    );
  }

  /**
   * The NLL in nats of `targets` [rows], to `nll` [rows]. If `scale` is not 0, (softmax − one-hot) · scale · the row's
   * weight takes the place of the logits.
   */
  crossEntropy(
    logits: DenseMatrix,
    { targets, weights, nll }: { targets: Pointer; weights: Pointer; nll: Pointer },
    scale: number,
  ): void {
    const { pointer, rows, columns } = logits;
    const at = this.#list.next();
    this.#list.keep(
      this.#functions.encodeCrossEntropy(at, rows, pointer, columns, targets, nll, scale, weights),
    );
  }

  /** `result` = row n of `source` times row n mod `period` of `mask`. The result may be the source. */
  mask({ pointer, rows, columns }: DenseMatrix, mask: Pointer, period: number, result: Pointer): void {
    const at = this.#list.next();
    this.#list.keep(this.#functions.encodeMask(at, rows, pointer, columns, mask, period, result));
  }

  /** Row n of `result` [rows, width] = row `index[n]` of `source`. */
  gather(rows: number, source: Pointer, width: number, index: Pointer, result: Pointer): void {
    const at = this.#list.next();
    this.#list.keep(this.#functions.encodeGather(at, rows, source, width, index, result));
  }

  /** Row `index[n]` of `result` = row n of `source`. */
  scatter({ pointer, rows, columns }: DenseMatrix, index: Pointer, result: Pointer): void {
    const at = this.#list.next();
    this.#list.keep(this.#functions.encodeScatter(at, rows, pointer, columns, index, result));
  }

  /** Row `index[n]` of `sums` += row n of `source`. */
  scatterAdd({ pointer, rows, columns }: DenseMatrix, index: Pointer, sums: Pointer): void {
    const at = this.#list.next();
    this.#list.keep(this.#functions.encodeScatterAdd(at, rows, pointer, columns, index, sums));
  }

  /** `sums` [columns] = or += the sums over the rows of a matrix. */
  sumColumns({ pointer, rows, columns }: DenseMatrix, sums: Pointer, accumulate = false): void {
    const at = this.#list.next();
    this.#list.keep(this.#functions.encodeSumColumns(at, rows, pointer, columns, accumulate, sums));
  }

  /** How many partial sums {@link sumSquares} writes, in double precision. */
  partialSums(length: number): number {
    return Math.ceil(length / this.#tileNumbers);
  }

  /** The sums of squares of the parts of an array, whose length is a multiple of four. */
  sumSquares(numbers: Pointer, length: number, sums: Pointer): void {
    this.#list.keep(this.#functions.encodeSumSquares(this.#list.next(), numbers, length, sums));
  }

  /** Zeros. */
  clear(numbers: Pointer, length: number): void {
    this.#list.keep(this.#functions.encodeClear(this.#list.next(), numbers, length));
  }

  /** A step of an optimiser on all parameters, `length` numbers. Without `mean` it is RMSprop with the decay `beta2`. */
  update(
    length: number,
    arrays: {
      readonly parameters: Pointer;
      readonly gradients: Pointer;
      readonly mean: Pointer;
      readonly square: Pointer;
    },
    factors: {
      readonly scale: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly correction: number;
      readonly epsilon: number;
      readonly rate: number;
    },
  ): void {
    const { parameters, gradients, mean, square } = arrays;
    const { scale, beta1, beta2, correction, epsilon, rate } = factors;
    const at = this.#list.next();
    this.#list.keep(
      this.#functions.encodeUpdate(
        at,
        length,
        parameters,
        gradients,
        mean,
        square,
        scale,
        beta1,
        1 - beta1,
        beta2,
        1 - beta2,
        correction,
        epsilon,
        rate,
      ),
    );
  }

  #pack(
    left: boolean,
    source: Pointer,
    lines: number,
    lineBytes: number,
    inner: number,
    innerBytes: number,
    pointer: Pointer,
  ): PackedFactor {
    const at = this.#list.next();
    this.#list.keep(
      this.#functions.encodePack(at, left, source, lines, lineBytes, inner, innerBytes, pointer),
    );
    return { pointer, lines, inner };
  }
}
