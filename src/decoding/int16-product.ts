/**
 * Products of states and a weight matrix by the kernels, as whole numbers of 16 bits: half the time of float32, and about
 * 0.1 % less exact. States are from −1 to 1, so they can be rounded alike.
 */

import { type Int16Weights, pairsOf } from '../kernels/int16-packing.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Pointer } from '../kernels/memory.ts';
import type { Matrix } from '../kernels/operation-list.ts';
import type { RowProduct } from './product.ts';

/**
 * Room for the rounded states of one product. Products may share it, because the operations of a list, and one list after
 * another, run in their order.
 */
export class QuantizedRows {
  readonly #kernels: Kernels;
  #pointer: Pointer = 0;
  #pairs = 0;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  /** Records the rounding of the first `rows` rows of the matrices, and returns the rounded ones. */
  quantize(rows: number, matrices: readonly Matrix[]): Matrix[] {
    const pairs = matrices.map(({ width }) => rows * pairsOf(width));
    this.#reserve(pairs.reduce((sum, count) => sum + count, 0));
    let pointer = this.#pointer;
    return matrices.map((matrix, i) => {
      this.#kernels.operations.quantize(rows, matrix, pointer);
      const quantized = { pointer, width: pairsOf(matrix.width) };
      pointer += 4 * (pairs[i] ?? 0);
      return quantized;
    });
  }

  /** A list that was recorded before goes on in the room that it was recorded with. */
  #reserve(pairs: number): void {
    if (pairs <= this.#pairs) return;
    this.#pairs = Math.max(pairs, 2 * this.#pairs);
    this.#pointer = this.#kernels.memory.alloc(this.#pairs);
  }
}

export class Int16Product implements RowProduct {
  multiplyAdds = 0;
  readonly kernelRows = Number.POSITIVE_INFINITY;
  readonly #kernels: Kernels;
  readonly #rows: QuantizedRows;
  readonly #weights: Int16Weights;
  /** 0 for none. */
  readonly #bias: Pointer;
  readonly #outputs: number;
  /** Numbers of `weights`. */
  readonly #size: number;

  /** Copies `weights` [Σ widths, outputs] and `bias` [outputs]; `widths` are those of the matrices that are multiplied. */
  constructor(
    kernels: Kernels,
    rows: QuantizedRows,
    weights: Float32Array,
    widths: readonly number[],
    bias: Float32Array | null,
  ) {
    this.#kernels = kernels;
    this.#rows = rows;
    this.#weights = kernels.packInt16(weights, widths);
    this.#bias = bias ? kernels.memory.upload(bias) : 0;
    this.#outputs = weights.length / widths.reduce((sum, width) => sum + width, 0);
    this.#size = weights.length;
  }

  async multiply(rows: number, result: Pointer, first: Matrix, second: Matrix | null = null): Promise<void> {
    if (rows === 0) return;
    this.multiplyAdds += rows * this.#size;
    const [left, right = null] = this.#rows.quantize(rows, second ? [first, second] : [first]);
    if (!left) throw new RangeError('a product has a matrix');
    this.#kernels.operations.int16Product(
      rows,
      left,
      right,
      this.#weights,
      this.#bias,
      result,
      this.#outputs,
    );
  }

  dispose(): void {}
}
