/** A recurrent layer, forward and backward through time, as operations of the kernels. */

import type { Pointer } from '../../kernels/memory.ts';
import type { CellStep, DenseMatrix, TrainingOperations } from '../../kernels/training-operations.ts';
import { CELL_WEIGHTS, type CellName } from '../../model/architecture.ts';
import { type Buffers, type LayerBuffers, POSITIONS_AT_ONCE } from './buffers.ts';

/** The parameters of a layer, or the gradients by them. Only a GRU has a recurrent bias; elsewhere it is 0. */
export interface LayerParameters {
  readonly kernel: DenseMatrix;
  readonly recurrent: DenseMatrix;
  readonly bias: Pointer;
  readonly recurrentBias: Pointer;
}

/** The shape of a batch: T steps of B rows. */
export interface BatchShape {
  readonly steps: number;
  readonly rows: number;
}

export class Layer {
  readonly #cell: CellName;
  readonly #operations: TrainingOperations;

  constructor(cell: CellName, operations: TrainingOperations) {
    this.#cell = cell;
    this.#operations = operations;
  }

  /** Runs all steps on the input `x` [N, in]. Returns the output [N, H], which is in the layer's buffers. */
  forward(
    x: DenseMatrix,
    parameters: LayerParameters,
    { steps, rows }: BatchShape,
    shared: Buffers,
    own: LayerBuffers,
  ): DenseMatrix {
    const operations = this.#operations;
    const { kernel, recurrent, bias, recurrentBias } = parameters;
    const H = recurrent.rows;
    const kernelFactor = operations.packRight(kernel, shared.weights);
    for (const part of partsOf(x, POSITIONS_AT_ONCE)) {
      const left = operations.packLeft(part.matrix, shared.left);
      operations.multiply(left, kernelFactor, row(own.z, kernel.columns, part.first), false, bias);
    }
    const recurrentFactor = operations.packRight(recurrent, shared.weights);
    operations.clear(own.h, rows * H);
    if (own.c) operations.clear(own.c, rows * H);
    for (let t = 0; t < steps; t++) {
      const step = this.#step(t, rows, H, own);
      // The first state is zero, and so is its product. A GRU needs the bias of that product.
      if (t > 0 || own.recurrent) {
        const before = { pointer: step.hBefore, rows, columns: H };
        const left = operations.packLeft(before, shared.left);
        if (own.recurrent) operations.multiply(left, recurrentFactor, step.recurrent, false, recurrentBias);
        else operations.multiply(left, recurrentFactor, step.z, true);
      }
      operations.cellForward(this.#cell, rows, H, step, step.hBefore + 4 * rows * H);
    }
    return { pointer: own.h + 4 * rows * H, rows: steps * rows, columns: H };
  }

  /**
   * Writes the gradients by the parameters, and the gradient by the input `x` to `dX`. `dOutput` [N, H] is the gradient by
   * the output; the gradients that steps hand back are added to it. Call it once after {@link forward}.
   */
  backward(
    x: DenseMatrix,
    dOutput: Pointer,
    dX: Pointer,
    { parameters, gradients }: { parameters: LayerParameters; gradients: LayerParameters },
    { steps, rows }: BatchShape,
    shared: Buffers,
    own: LayerBuffers,
  ): void {
    const operations = this.#operations;
    const { kernel, recurrent } = parameters;
    const [H, width] = [recurrent.rows, recurrent.columns];
    const recurrentFactor = operations.packRight(recurrent, shared.weights, true);
    if (own.c) operations.clear(shared.dc, rows * H);
    for (let t = steps - 1; t >= 0; t--) {
      const step = this.#step(t, rows, H, own);
      const dh = row(dOutput, H, t * rows);
      const dhBefore = t > 0 ? row(dOutput, H, (t - 1) * rows) : 0;
      operations.cellBackward(this.#cell, rows, H, step, { dh, dc: shared.dc, dhBefore });
      if (t === 0) break;
      const dSums = { pointer: own.recurrent ? step.recurrent : step.z, rows, columns: width };
      operations.multiply(operations.packLeft(dSums, shared.left), recurrentFactor, dhBefore, true);
    }
    this.#parameterGradients(x, gradients, shared, own);
    const kernelFactor = operations.packRight(kernel, shared.weights, true);
    for (const part of partsOf({ pointer: own.z, rows: x.rows, columns: width }, POSITIONS_AT_ONCE)) {
      const left = operations.packLeft(part.matrix, shared.left);
      operations.multiply(left, kernelFactor, row(dX, kernel.rows, part.first));
    }
  }

  /** The gradients by the parameters, from those by the sums of all steps. */
  #parameterGradients(x: DenseMatrix, gradients: LayerParameters, shared: Buffers, own: LayerBuffers): void {
    const operations = this.#operations;
    const { kernel, recurrent, bias, recurrentBias } = gradients;
    const width = kernel.columns;
    for (const { first, matrix: input } of partsOf(x, POSITIONS_AT_ONCE)) {
      const later = first > 0;
      const dSums = { pointer: row(own.z, width, first), rows: input.rows, columns: width };
      let right = operations.packRight(dSums, shared.right);
      operations.multiply(operations.packLeft(input, shared.left, true), right, kernel.pointer, later);
      operations.sumColumns(dSums, bias, later);
      if (own.recurrent) {
        const dRecurrent = { ...dSums, pointer: row(own.recurrent, width, first) };
        right = operations.packRight(dRecurrent, shared.right);
        operations.sumColumns(dRecurrent, recurrentBias, later);
      }
      const H = recurrent.rows;
      const before = { pointer: row(own.h, H, first), rows: input.rows, columns: H };
      operations.multiply(operations.packLeft(before, shared.left, true), right, recurrent.pointer, later);
    }
  }

  #step(t: number, rows: number, H: number, own: LayerBuffers): CellStep {
    const width = CELL_WEIGHTS[this.#cell].gates * H;
    const first = t * rows;
    return {
      z: row(own.z, width, first),
      recurrent: own.recurrent && row(own.recurrent, width, first),
      cBefore: own.c && row(own.c, H, first),
      cAfter: own.c && row(own.c, H, first + rows),
      hBefore: row(own.h, H, first),
    };
  }
}

/** The pointer to a row of a matrix. */
export function row(matrix: Pointer, columns: number, index: number): Pointer {
  return matrix + 4 * columns * index;
}

/** Parts of a matrix, of at most `most` rows each. */
export function* partsOf(
  { pointer, rows, columns }: DenseMatrix,
  most: number,
): Generator<{ readonly first: number; readonly matrix: DenseMatrix }> {
  for (let first = 0; first < rows; first += most) {
    const matrix = { pointer: row(pointer, columns, first), rows: Math.min(most, rows - first), columns };
    yield { first, matrix };
  }
}
