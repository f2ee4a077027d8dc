/**
 * The loss of a batch, and its gradient by every parameter: backpropagation through time.
 *
 * The gradients are written out instead of left to automatic differentiation, for speed. The products over all steps of
 * a layer (its input's, and the gradients of its kernels) are made once for the whole batch; only h·U is made step by
 * step. T is the number of steps, B of rows, N = T × B, and n the number of predictions; V, E, H and g are as in
 * network.ts.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../../model/architecture.ts';
import type { Batch } from '../batch.ts';
import type { Cell } from './cells/cell.ts';
import { CELLS } from './cells/cells.ts';
import type { DropoutMasks } from './dropout.ts';
import { layerGradientOf } from './layer-gradient.ts';
import { inputProduct, matrixOf, type Parameters, recurrentWeights } from './network.ts';
import { matMul, prepareRightOperand } from './ops.ts';
import { crossEntropy, logits, outputGradients } from './output.ts';

/** Tensors by parameter name, each with the shape of its parameter. */
export type Gradients = Record<string, tf.Tensor>;

/** What the forward pass of a layer leaves for the backward pass. */
export interface LayerRun {
  /** [N, in]: the layer's input, after dropout. */
  readonly input: tf.Tensor2D;
  /** T + 1 of [B, H]: the initial h, then h after every step. */
  readonly outputs: tf.Tensor2D[];
  /** For every step, what the cell saved. */
  readonly saved: tf.Tensor2D[][];
}

/** The NLL in nats of every prediction of the batch: [n], in the order of the batch's positions. */
export async function negativeLogLikelihoods(
  architecture: Architecture,
  parameters: Parameters,
  batch: Batch,
): Promise<Float32Array> {
  const nll = tf.tidy(() => {
    const { top } = runLayers(architecture, parameters, batch, null);
    const picked = tf.gather(top, batch.positions) as tf.Tensor2D;
    return crossEntropy(logits(parameters, picked), batch.targets).nll;
  });
  const values = (await nll.data()) as Float32Array;
  nll.dispose();
  return values;
}

/** The mean NLL in nats of the batch's predictions, and its gradients. The caller disposes of the gradients. */
export async function lossAndGradients(
  architecture: Architecture,
  parameters: Parameters,
  batch: Batch,
  masks: DropoutMasks | null,
): Promise<{ loss: number; gradients: Gradients }> {
  const { mean, gradients } = tf.tidy(() => {
    const { runs, top } = runLayers(architecture, parameters, batch, masks);
    const picked = tf.gather(top, batch.positions) as tf.Tensor2D; // [n, H]
    const scores = logits(parameters, picked);
    const { nll, dLogits } = crossEntropy(scores, batch.targets, batch.weights);
    scores.dispose();
    const result: Gradients = {};
    const dPicked = outputGradients(parameters, picked, dLogits, result);
    dLogits.dispose();
    const dTop = toAllPositions(dPicked, batch);
    layersGradients(architecture, parameters, { runs, dTop, batch, masks }, result);
    return { mean: tf.mean(nll), gradients: result };
  });
  const [loss = Number.NaN] = await mean.data();
  mean.dispose();
  return { loss, gradients };
}

/**
 * Adds to `result` the gradients of the embedding and of every layer, from the gradient of the last layer's output
 * (`dTop`, [N, H]). `runs` and `masks` are those of {@link runLayers}. Call it in a tidy.
 */
export function layersGradients(
  architecture: Architecture,
  parameters: Parameters,
  {
    runs,
    dTop,
    batch,
    masks,
  }: { runs: readonly LayerRun[]; dTop: tf.Tensor2D; batch: Batch; masks: DropoutMasks | null },
  result: Gradients,
): void {
  let dOutput = dTop;
  for (const [layer, run] of [...runs.entries()].reverse()) {
    const mask = masks?.outputs[layer];
    if (mask) dOutput = applyMask(dOutput, mask, batch);
    dOutput = layerGradients(CELLS[architecture.cell], parameters, layer, run, dOutput, batch, result);
  }
  if (masks) dOutput = applyMask(dOutput, masks.input, batch);
  const ids = tf.tensor1d(batch.inputs, 'int32');
  const dEmbedding = tf.unsortedSegmentSum(dOutput, ids, architecture.vocabulary);
  result.embedding = result.embedding ? tf.add(result.embedding, dEmbedding) : dEmbedding;
}

/** Spreads the gradient of the predictions [n, H] over all positions [N, H]. Positions without a prediction get zeros. */
function toAllPositions(dPicked: tf.Tensor2D, batch: Batch): tf.Tensor2D {
  const [n, hidden] = dPicked.shape;
  // Row n of the source is a row of zeros.
  const sources = new Int32Array(batch.inputs.length).fill(n);
  for (const [i, position] of batch.positions.entries()) sources[position] = i;
  return tf.gather(tf.concat([dPicked, tf.zeros([1, hidden])]), sources) as tf.Tensor2D;
}

/** Runs the embedding and the layers. `top` is the output of the last layer, [N, H]. Call it in a tidy. */
export function runLayers(
  architecture: Architecture,
  parameters: Parameters,
  batch: Batch,
  masks: DropoutMasks | null,
): { runs: LayerRun[]; top: tf.Tensor2D } {
  const cell = CELLS[architecture.cell];
  const ids = tf.tensor1d(batch.inputs, 'int32');
  let x = tf.gather(matrixOf(parameters, 'embedding'), ids); // [N, E]
  if (masks) x = applyMask(x, masks.input, batch);
  const runs: LayerRun[] = [];
  for (let layer = 0; layer < architecture.layers; layer++) {
    const run = runLayer(cell, parameters, layer, x, batch, architecture.hidden);
    runs.push(run);
    x = tf.concat(run.outputs.slice(1), 0);
    const mask = masks?.outputs[layer];
    if (mask) x = applyMask(x, mask, batch);
  }
  return { runs, top: x };
}

function runLayer(
  cell: Cell,
  parameters: Parameters,
  layer: number,
  input: tf.Tensor2D,
  batch: Batch,
  hidden: number,
): LayerRun {
  const weights = recurrentWeights(parameters, layer);
  prepareRightOperand(weights.recurrent);
  const products = inputProduct(parameters, layer, input); // [N, gH]
  const steps = tf.split(products, batch.steps, 0) as tf.Tensor2D[];
  products.dispose();
  const zero = tf.zeros([batch.rows, hidden]) as tf.Tensor2D;
  let state: tf.Tensor2D[] = Array.from({ length: cell.states }, () => zero);
  const outputs = [zero];
  const saved: tf.Tensor2D[][] = [];
  for (const zx of steps) {
    const step = tf.tidy(() => ({ ...cell.forward(zx, state, weights) }));
    saved.push(step.saved);
    state = step.state;
    outputs.push(...state.slice(0, 1)); // h is the first of the cell's states.
    zx.dispose();
  }
  return { input, outputs, saved };
}

/** Adds the layer's gradients to `result`. Returns the gradient by the layer's input, [N, in]. */
function layerGradients(
  cell: Cell,
  parameters: Parameters,
  layer: number,
  run: LayerRun,
  dOutputs: tf.Tensor2D,
  batch: Batch,
  result: Gradients,
): tf.Tensor2D {
  const { backward, inOrder, kernel } = layerGradientOf(cell, parameters, layer, batch.rows);
  const dSteps = tf.split(dOutputs, batch.steps, 0) as tf.Tensor2D[];
  const zero: tf.Tensor2D = tf.zeros([batch.rows, dOutputs.shape[1]]);
  let dState: tf.Tensor2D[] = Array.from({ length: cell.states }, () => zero);
  const dZx: tf.Tensor2D[] = [];
  const dRecurrent: tf.Tensor2D[] = [];
  for (const saved of run.saved.toReversed()) {
    const dOutput = dSteps.pop();
    const arrived = dState;
    const step = tf.tidy(() => {
      const [dh, ...others] = arrived;
      if (!dh || !dOutput) throw new RangeError('a step has no gradient by its output');
      return { ...backward([tf.add(dh, dOutput) as tf.Tensor2D, ...others], saved) };
    });
    dState = step.dState;
    for (const tensor of arrived) if (tensor !== zero) tensor.dispose();
    dZx.unshift(step.dZx);
    dRecurrent.unshift(step.dRecurrent);
  }
  const dProducts = tf.concat(dZx, 0); // [N, gH]
  const shared = dZx[0] === dRecurrent[0];
  const dRecurrents = shared ? dProducts : tf.concat(dRecurrent, 0);
  const before = tf.concat(run.outputs.slice(0, -1), 0); // h of the step before, [N, H]
  result[`layer${layer}/kernel`] = inOrder(matMul(run.input, dProducts, true, false));
  result[`layer${layer}/recurrent`] = inOrder(matMul(before, dRecurrents, true, false));
  result[`layer${layer}/bias`] = inOrder(tf.sum(dProducts, 0));
  if (cell.hasRecurrentBias) result[`layer${layer}/recurrentBias`] = tf.sum(dRecurrents, 0);
  return matMul(dProducts, kernel, false, true);
}

/** Multiplies x [N, D] by a mask [B, D], the same one at every step. */
function applyMask(x: tf.Tensor2D, mask: tf.Tensor2D, batch: Batch): tf.Tensor2D {
  const [rows, width] = mask.shape;
  const byTime = tf.reshape(x, [batch.steps, rows, width]);
  return tf.reshape(tf.mul(byTime, tf.reshape(mask, [1, rows, width])), [batch.steps * rows, width]);
}
