/**
 * A recurrent cell: one step of a layer, forwards and backwards, written on TensorFlow.js core operations.
 *
 * A cell knows nothing of embeddings, layers, batching or training. The product of its input with its kernel is
 * made outside (for all steps of a layer at once in training, from a table in decoding) and comes in as `zx`.
 * B is the number of rows, H the hidden size, g the number of gates.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { CellName, CellWeights } from '../../../model/architecture.ts';

export interface RecurrentWeights {
  /** [H, gH] */
  readonly recurrent: tf.Tensor2D;
  /** [gH]; only cells that say so have one. */
  readonly recurrentBias?: tf.Tensor1D;
}

export interface Cell extends CellWeights {
  readonly name: CellName;
  /**
   * One step. `zx` [B, gH] is the input's product with the kernel plus the bias; `state` is what the last step
   * left. Returns the new state, and what `backward` needs to see again. Call it in a tidy.
   */
  forward(zx: tf.Tensor2D, state: readonly tf.Tensor2D[], weights: RecurrentWeights): Step;
  /**
   * The gradient of one step. `dState` is the loss's gradient by the state that `forward` returned; `saved` is
   * what it saved; `recurrentT` [gH, H] is the recurrent kernel transposed. Call it in a tidy.
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
  /** By the product of h with the recurrent kernel, its bias included: [B, gH]. */
  readonly dRecurrent: tf.Tensor2D;
  /** By the state that came in. */
  readonly dState: tf.Tensor2D[];
}

type Tuple<N extends number, T extends tf.Tensor2D[] = []> = T['length'] extends N
  ? T
  : Tuple<N, [...T, tf.Tensor2D]>;

/** The tensors as a tuple of `count`. Throws a RangeError where there are more or fewer. */
export function exactly<N extends number>(count: N, tensors: readonly tf.Tensor2D[]): Tuple<N> {
  if (tensors.length !== count) throw new RangeError(`${count} tensors are needed, not ${tensors.length}`);
  return tensors as Tuple<N>;
}

/** The blocks of the gates along the last axis of [B, gH]. */
export function gatesOf<N extends number>(count: N, z: tf.Tensor2D): Tuple<N> {
  return exactly(count, tf.split(z, count, 1));
}
