/**
 * How far a loss reaches back: the norm of its gradient by the recurrent states before it.
 *
 * This is the vanishing gradient (Hochreiter 1991; Bengio, Simard and Frasconi 1994), looked at: what does not
 * reach a state cannot teach it. The loss is that of a sequence's last token; the states are those of the top
 * layer, so that the gradient goes through one recurrence. T is the number of steps, B of sequences, H the hidden
 * size.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../../model/architecture.ts';
import { makeBatch } from '../batch.ts';
import { crossEntropy, projectionGradients, runLayers } from '../network/backpropagation.ts';
import { CELLS } from '../network/cells/cells.ts';
import { logits, type Parameters, recurrentWeights } from '../network/network.ts';

/** The states of a cell, in its order: the output, and the LSTM's memory. */
const STATES = ['h', 'c'] as const;
export type StateName = (typeof STATES)[number];

export interface GradientNorm {
  readonly state: StateName;
  /** For how many steps the state has been handed on when the judged prediction is made; 1 or more. */
  readonly distance: number;
  /** The geometric mean over the sequences of ‖∂loss/∂state‖. */
  readonly norm: number;
}

/** What has left float32's range counts as its least normal number. */
const LEAST = 1.2e-38;

/** Norms at every distance. Throws a RangeError where the sequences are not of one length, three at least. */
export async function gradientNorms(
  architecture: Architecture,
  parameters: Parameters,
  sequences: readonly ArrayLike<number>[],
): Promise<GradientNorm[]> {
  const length = sequences[0]?.length ?? 0;
  if (length < 3 || sequences.some((tokens) => tokens.length !== length)) {
    throw new RangeError(
      'gradients are compared by distance: sequences must be of one length, three at least',
    );
  }
  const gradients = tf.tidy(() => handedOn(architecture, parameters, sequences, length));
  const norms: GradientNorm[] = [];
  for (const [i, tensor] of gradients.entries()) {
    const values = await tensor.data();
    tensor.dispose();
    const perStep = sequences.length * architecture.hidden;
    for (let distance = 1; distance < length - 1; distance++) {
      const step = values.subarray((distance - 1) * perStep, distance * perStep);
      norms.push({
        state: STATES[i] as StateName,
        distance,
        norm: geometricMean(step as Float32Array, architecture.hidden),
      });
    }
  }
  return norms;
}

/** The gradient by each state that was handed on, nearest first: [T − 1, B, H] for each of the cell's states. */
function handedOn(
  architecture: Architecture,
  parameters: Parameters,
  sequences: readonly ArrayLike<number>[],
  length: number,
): tf.Tensor[] {
  const batch = makeBatch(sequences.map((tokens) => ({ tokens, prefix: length - 1 })));
  const cell = CELLS[architecture.cell];
  const layer = architecture.layers - 1;
  const { runs, top } = runLayers(architecture, parameters, batch, null);
  const last = tf.gather(top, batch.positions) as tf.Tensor2D; // [B, H]
  const { dLogits } = crossEntropy(logits(parameters, last), batch.targets);
  // The loss is the batch's mean; each sequence's own is B times that.
  const dLast = projectionGradients(parameters, last, tf.mul(dLogits, batch.rows) as tf.Tensor2D, {});
  const recurrentT = tf.transpose(recurrentWeights(parameters, layer).recurrent);
  const zero = tf.zerosLike(dLast);
  let dState = Array.from({ length: cell.states }, (_, i) => (i === 0 ? dLast : zero));
  const byState = dState.map((): tf.Tensor2D[] => []);
  for (let t = batch.steps - 1; t > 0; t--) {
    dState = cell.backward(dState, runs[layer]?.saved[t] as tf.Tensor2D[], recurrentT).dState;
    for (const [i, tensor] of dState.entries()) byState[i]?.push(tensor);
  }
  return byState.map((steps) => tf.stack(steps));
}

/** Of the norms of rows [B, H]; in float64, where squares do not vanish. */
function geometricMean(values: Float32Array, width: number): number {
  const rows = values.length / width;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const squares = values.subarray(row * width, (row + 1) * width).reduce((a, x) => a + x * x, 0);
    sum += Math.log(Math.max(LEAST, Math.sqrt(squares)));
  }
  return Math.exp(sum / rows);
}
