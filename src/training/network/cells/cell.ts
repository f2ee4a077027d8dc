/**
 * A recurrent cell: one step of a layer, forward and backward, in operations of TensorFlow.js.
 *
 * A cell does not know about embeddings, layers, batches or training. The product of its input with its kernel is made
 * outside, for all steps of a layer at once, and is passed in as `zx`. B is the number of rows, H the hidden size, g the
 * number of gates.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { CellName, CellWeights } from '../../../model/architecture.ts';

export interface RecurrentWeights {
  /** [H, gH] */
  readonly recurrent: tf.Tensor2D;
  /** [gH], if the cell has one (`hasRecurrentBias`). */
  readonly recurrentBias?: tf.Tensor1D;
}

export interface Cell extends CellWeights {
  readonly name: CellName;
  /**
   * One step. `zx` [B, gH] is the product of the input with the kernel, plus the bias; `state` is the state after the
   * last step. Returns the new state, and the tensors that `backward` needs. Call it in a tidy.
   */
  forward(zx: tf.Tensor2D, state: readonly tf.Tensor2D[], weights: RecurrentWeights): Step;
  /**
   * The gradient of one step. `dState` is the gradient of the loss by the state that `forward` returned, `saved` is what
   * `forward` saved, and `recurrentT` [gH, H] is the transposed recurrent kernel. Call it in a tidy.
   */
  backward(
    dState: readonly tf.Tensor2D[],
    saved: readonly tf.Tensor2D[],
    recurrentT: tf.Tensor2D,
  ): StepGradient;
}

export interface Step {
  readonly state: tf.Tensor2D[];
  readonly saved: tf.Tensor2D[];
}

export interface StepGradient {
  /** By `zx`: [B, gH]. */
  readonly dZx: tf.Tensor2D;
  /** By the product of h with the recurrent kernel, including its bias: [B, gH]. */
  readonly dRecurrent: tf.Tensor2D;
  /** By the state before the step. */
  readonly dState: tf.Tensor2D[];
}

type Tuple<N extends number, T extends tf.Tensor2D[] = []> = T['length'] extends N
  ? T
  : Tuple<N, [...T, tf.Tensor2D]>;

/** The tensors as a tuple of length `count`. Throws a RangeError if there are more or fewer. */
export function exactly<N extends number>(count: N, tensors: readonly tf.Tensor2D[]): Tuple<N> {
  if (tensors.length !== count) throw new RangeError(`${count} tensors are needed, not ${tensors.length}`);
  return tensors as Tuple<N>;
}

/** Splits [B, gH] into its g gates [B, H]. */
export function gatesOf<N extends number>(count: N, z: tf.Tensor2D): Tuple<N> {
  return exactly(count, tf.split(z, count, 1));
}
