/**
 * The gradient of one layer's steps: the cell's own, or TensorFlow's fused kernel for an LSTM on that engine.
 */

import * as tf from '@tensorflow/tfjs-core';
import { FUSED_GATES, fusedLayer, fusedLstmGradient } from '../../engines/tensorflow-kernels.ts';
import { type Cell, exactly, type StepGradient } from './cells/cell.ts';
import { matrixOf, type Parameters, recurrentWeights } from './network.ts';
import { matMul, prepareRightOperand } from './ops.ts';

export interface LayerGradient {
  /** The gradient of one step, as in {@link Cell}, for the weights of this layer. Call it in a tidy. */
  backward(dState: readonly tf.Tensor2D[], saved: readonly tf.Tensor2D[]): StepGradient;
  /** The layer's input kernel [in, gH], its gates in the order that `backward` returns. */
  readonly kernel: tf.Tensor2D;
  /** Puts the gates along the last axis of a gradient back into the order of the parameters. */
  inOrder<T extends tf.Tensor>(gradient: T): T;
}

/** Call it in the tidy in which its functions are used. B is the number of `rows`. */
export function layerGradientOf(
  cell: Cell,
  parameters: Parameters,
  layer: number,
  rows: number,
): LayerGradient {
  const { recurrent } = recurrentWeights(parameters, layer);
  const kernel = matrixOf(parameters, `layer${layer}/kernel`);
  const fused = cell.name === 'lstm' ? fusedLayer(recurrent, rows) : null;
  if (!fused) {
    const recurrentT = tf.transpose(recurrent);
    return {
      backward: (dState, saved) => cell.backward(dState, saved, recurrentT),
      kernel,
      inOrder: (gradient) => gradient,
    };
  }
  const recurrentT = tf.transpose(byGates(recurrent, FUSED_GATES));
  prepareRightOperand(recurrentT);
  return {
    backward: (dState, saved) => {
      const { dGates, dBefore } = fusedLstmGradient(fused, exactly(2, dState), saved);
      return { dZx: dGates, dRecurrent: dGates, dState: [matMul(dGates, recurrentT), dBefore] };
    },
    kernel: byGates(kernel, FUSED_GATES),
    // The order exchanges two gates, so it is its own inverse.
    inOrder: (gradient) => byGates(gradient, FUSED_GATES),
  };
}

/** Reorders the gates, which are blocks of a matrix's columns or of a vector's entries. */
function byGates<T extends tf.Tensor>(x: T, order: readonly number[]): T {
  const axis = x.rank - 1;
  const blocks = tf.split(x, order.length, axis);
  return tf.concat(
    order.flatMap((gate) => blocks.slice(gate, gate + 1)),
    axis,
  ) as T;
}
