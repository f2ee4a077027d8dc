/**
 * How far a loss reaches back: the norm of its gradient by the recurrent states before it.
 *
 * This measures the vanishing gradient (Hochreiter 1991; Bengio, Simard and Frasconi 1994): a loss cannot teach a state
 * that its gradient does not reach. The loss is that of a sequence's last token. The states are those of the top layer,
 * so the gradient passes through one recurrence. T is the number of steps, B of sequences, H the hidden size.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../../model/architecture.ts';
import { makeBatch } from '../batch.ts';
import { runLayers } from '../network/backpropagation.ts';
import { CELLS } from '../network/cells/cells.ts';
import { type Parameters, recurrentWeights } from '../network/network.ts';
import { crossEntropy, logits, outputGradients } from '../network/output.ts';

/** The states of a cell, in its order: the output h, and the memory c of an LSTM. */
const STATES = ['h', 'c'] as const;
export type StateName = (typeof STATES)[number];

export interface GradientNorm {
  readonly state: StateName;
  /** Steps from the state to the prediction; at least 1. */
  readonly distance: number;
  /** The geometric mean of ‖∂loss/∂state‖ over the sequences. */
  readonly norm: number;
}

/** A norm below the range of float32 counts as the smallest normal number. */
const LEAST = 1.2e-38;

/** Norms at every distance. Throws a RangeError unless all sequences have the same length, of at least three. */
export async function gradientNorms(
  architecture: Architecture,
  parameters: Parameters,
  sequences: readonly ArrayLike<number>[],
): Promise<GradientNorm[]> {
  const length = sequences[0]?.length ?? 0;
  if (length < 3 || sequences.some((tokens) => tokens.length !== length)) {
    throw new RangeError(
      'gradients are compared by distance: all sequences must have the same length, of at least three',
    );
  }
  const gradients = tf.tidy(() => gradientsByState(architecture, parameters, sequences, length));
  const perStep = sequences.length * architecture.hidden;
  const norms: GradientNorm[] = [];
  for (const { state, gradient } of gradients) {
    const values = (await gradient.data()) as Float32Array;
    gradient.dispose();
    for (let distance = 1; distance < length - 1; distance++) {
      const step = values.subarray((distance - 1) * perStep, distance * perStep);
      norms.push({ state, distance, norm: geometricMean(step, architecture.hidden) });
    }
  }
  return norms;
}

/** For each of the cell's states: the gradient by it at every step, the nearest first, [T − 1, B, H]. */
function gradientsByState(
  architecture: Architecture,
  parameters: Parameters,
  sequences: readonly ArrayLike<number>[],
  length: number,
): { state: StateName; gradient: tf.Tensor }[] {
  const batch = makeBatch(sequences.map((tokens) => ({ tokens, prefix: length - 1 })));
  const cell = CELLS[architecture.cell];
  const layer = architecture.layers - 1;
  const { runs, top } = runLayers(architecture, parameters, batch, null);
  const last = tf.gather(top, batch.positions) as tf.Tensor2D; // [B, H]
  const { dLogits } = crossEntropy(logits(parameters, last), batch.targets);
  // The loss is the mean over the batch; the loss of one sequence is B times its part.
  const dLast = outputGradients(parameters, last, tf.mul(dLogits, batch.rows) as tf.Tensor2D, {});
  const recurrentT = tf.transpose(recurrentWeights(parameters, layer).recurrent);
  const zero = tf.zerosLike(dLast);
  let dState = Array.from({ length: cell.states }, (_, i) => (i === 0 ? dLast : zero));
  const steps: tf.Tensor2D[][] = [];
  // No gradient is taken by the state before the first step.
  const saved = runs[layer]?.saved.slice(1) ?? [];
  for (const step of saved.toReversed()) {
    dState = cell.backward(dState, step, recurrentT).dState;
    steps.push(dState);
  }
  return STATES.slice(0, cell.states).map((state, i) => ({
    state,
    gradient: tf.stack(steps.flatMap((each) => each.slice(i, i + 1))),
  }));
}

/** The geometric mean of the norms of the rows of [B, H]. In float64, in which the squares do not vanish. */
function geometricMean(values: Float32Array, width: number): number {
  const rows = values.length / width;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const squares = values.subarray(row * width, (row + 1) * width).reduce((a, x) => a + x * x, 0);
    sum += Math.log(Math.max(LEAST, Math.sqrt(squares)));
  }
  return Math.exp(sum / rows);
}
