/**
 * From the last layer's output to the loss, and back, as operations of the kernels: what `network/output.ts` is for
 * tensors. Some predictions at a time, so that the logits of a whole batch are never in memory.
 */

import type { Pointer } from '../../kernels/memory.ts';
import type { DenseMatrix, PackedFactor, TrainingOperations } from '../../kernels/training-operations.ts';
import { type Buffers, PREDICTIONS_AT_ONCE } from './buffers.ts';

/** The parameters of the output, or the gradients by them. */
export interface OutputParameters {
  /** [V, E] if the network is tied: the embedding; otherwise [H, V]. */
  readonly weights: DenseMatrix;
  /** [H, E]; null if the network is not tied. */
  readonly down: DenseMatrix | null;
  /** [V] */
  readonly bias: Pointer;
}

/** The packed weights, for products with them and with their transposes. */
interface Factors {
  readonly forward: PackedFactor;
  readonly backward: PackedFactor;
  readonly down: PackedFactor | null;
  readonly downBackward: PackedFactor | null;
}

export class Output {
  readonly #operations: TrainingOperations;

  constructor(operations: TrainingOperations) {
    this.#operations = operations;
  }

  /** Writes the NLL of each of the `count` predictions to the buffers. `top` [N, H] is the last layer's output. */
  score(top: DenseMatrix, count: number, parameters: OutputParameters, buffers: Buffers): void {
    const factors = this.#pack(parameters, buffers);
    for (let first = 0; first < count; first += PREDICTIONS_AT_ONCE) {
      const size = Math.min(PREDICTIONS_AT_ONCE, count - first);
      this.#predict(top, { first, size }, factors, parameters, buffers, 0);
    }
  }

  /**
   * As {@link score}, and writes the gradients by the parameters of the mean weighted NLL, and the gradient by `top` [N, H] to
   * `dTop`. The gradient by a tied embedding is only the output's part of it.
   */
  learn(
    top: DenseMatrix,
    count: number,
    { parameters, gradients }: { parameters: OutputParameters; gradients: OutputParameters },
    buffers: Buffers,
    dTop: Pointer,
  ): void {
    const operations = this.#operations;
    const factors = this.#pack(parameters, buffers);
    operations.clear(dTop, top.rows * top.columns);
    for (let first = 0; first < count; first += PREDICTIONS_AT_ONCE) {
      const size = Math.min(PREDICTIONS_AT_ONCE, count - first);
      const part = { first, size };
      const { picked, projected, dLogits } = this.#predict(
        top,
        part,
        factors,
        parameters,
        buffers,
        1 / count,
      );
      const later = first > 0;
      operations.sumColumns(dLogits, gradients.bias, later);
      const dLast = { ...projected, pointer: buffers.dProjected };
      const dPicked = { ...picked, pointer: buffers.dPicked };
      const left = operations.packLeft(dLogits, buffers.left);
      if (factors.downBackward && gradients.down) {
        operations.multiply(left, factors.backward, dLast.pointer);
        this.#transposedProduct(dLogits, projected, gradients.weights.pointer, later, buffers);
        this.#transposedProduct(picked, dLast, gradients.down.pointer, later, buffers);
        const dLeft = operations.packLeft(dLast, buffers.left);
        operations.multiply(dLeft, factors.downBackward, dPicked.pointer);
      } else {
        operations.multiply(left, factors.backward, dPicked.pointer);
        this.#transposedProduct(picked, dLogits, gradients.weights.pointer, later, buffers);
      }
      operations.scatter(dPicked, buffers.positions + 4 * first, dTop);
    }
  }

  #pack({ weights, down }: OutputParameters, buffers: Buffers): Factors {
    const operations = this.#operations;
    const tied = down !== null;
    return {
      forward: operations.packRight(weights, buffers.outputWeights, tied),
      backward: operations.packRight(weights, buffers.outputWeightsT, !tied),
      down: down && operations.packRight(down, buffers.down),
      downBackward: down && operations.packRight(down, buffers.downT, true),
    };
  }

  /** The NLL of some predictions; if `scale` is not 0, the gradient by their logits, times `scale`. */
  #predict(
    top: DenseMatrix,
    { first, size }: { first: number; size: number },
    { forward, down }: Factors,
    { bias }: OutputParameters,
    buffers: Buffers,
    scale: number,
  ): { picked: DenseMatrix; projected: DenseMatrix; dLogits: DenseMatrix } {
    const operations = this.#operations;
    const picked = { pointer: buffers.picked, rows: size, columns: top.columns };
    operations.gather(size, top.pointer, top.columns, buffers.positions + 4 * first, picked.pointer);
    let projected = picked;
    if (down) {
      projected = { pointer: buffers.projected, rows: size, columns: down.lines };
      operations.multiply(operations.packLeft(picked, buffers.left), down, projected.pointer);
    }
    const logits = { pointer: buffers.logits, rows: size, columns: forward.lines };
    operations.multiply(operations.packLeft(projected, buffers.left), forward, logits.pointer, false, bias);
    const of = (array: Pointer) => array + 4 * first;
    operations.crossEntropy(
      logits,
      { targets: of(buffers.targets), weights: of(buffers.factors), nll: of(buffers.nll) },
      scale,
    );
    return { picked, projected, dLogits: logits };
  }

  /** `result` = or += aᵀ · b. */
  #transposedProduct(a: DenseMatrix, b: DenseMatrix, result: Pointer, add: boolean, buffers: Buffers): void {
    const left = this.#operations.packLeft(a, buffers.left, true);
    this.#operations.multiply(left, this.#operations.packRight(b, buffers.right), result, add);
  }
}
