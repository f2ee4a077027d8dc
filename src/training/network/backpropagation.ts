/**
 * The loss of a batch and its gradient by every parameter: backpropagation through time, written out.
 *
 * Written out rather than left to a tape, for speed: the products over all steps of a layer (its input's, and
 * the gradients of its kernels) are made once for the whole batch, and only h·U goes step by step. T is the
 * number of steps, B of rows, N = T × B, n of predictions.
 */

import * as tf from '@tensorflow/tfjs-core';
import {
  FUSED_GATES,
  fusedCrossEntropy,
  fusedLayer,
  fusedLstmGradient,
} from '../../engines/tensorflow-kernels.ts';
import type { Architecture } from '../../model/architecture.ts';
import type { Batch } from '../batch.ts';
import type { Cell, StepGradient } from './cells/cell.ts';
import { CELLS } from './cells/cells.ts';
import type { DropoutMasks } from './dropout.ts';
import { inputProduct, logits, type Parameters, recurrentWeights } from './network.ts';
import { matMul, prepareRightOperand } from './ops.ts';

/** Tensors by parameter name, each shaped as its parameter. */
export type Gradients = Record<string, tf.Tensor>;

export interface LayerRun {
  /** [N, in]: what came in, after dropout. */
  readonly input: tf.Tensor2D;
  /** h of every step, the initial one first: T + 1 of [B, H]. */
  readonly outputs: tf.Tensor2D[];
  readonly saved: tf.Tensor2D[][];
}

/** NLL in nats of every prediction of the batch: [n], in the order of its positions. */
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

/** The mean NLL of the batch's predictions in nats, and its gradients. The caller disposes of the gradients. */
export async function lossAndGradients(
  architecture: Architecture,
  parameters: Parameters,
  batch: Batch,
  masks: DropoutMasks | null,
): Promise<{ loss: number; gradients: Gradients }> {
  const mean: { tensor?: tf.Tensor } = {};
  const gradients = tf.tidy(() => {
    const { runs, top } = runLayers(architecture, parameters, batch, masks);
    const picked = tf.gather(top, batch.positions) as tf.Tensor2D; // [n, H]
    const scores = logits(parameters, picked);
    const { nll, dLogits } = crossEntropy(scores, batch.targets);
    scores.dispose();
    mean.tensor = tf.keep(tf.mean(nll));
    const result: Gradients = {};
    let dTop = projectionGradients(parameters, picked, dLogits, result);
    dLogits.dispose();
    // Back to all N positions: those without a prediction take the row of zeros at the end.
    const inverse = new Int32Array(batch.inputs.length).fill(batch.positions.length);
    for (const [i, position] of batch.positions.entries()) inverse[position] = i;
    dTop = tf.gather(tf.concat([dTop, tf.zeros([1, architecture.hidden])]), inverse) as tf.Tensor2D;
    for (const [layer, run] of [...runs.entries()].reverse()) {
      const mask = masks?.outputs[layer];
      if (mask) dTop = applyMask(dTop, mask, batch);
      dTop = layerGradients(CELLS[architecture.cell], parameters, layer, run, dTop, batch, result);
    }
    if (masks) dTop = applyMask(dTop, masks.input, batch);
    const ids = tf.tensor1d(batch.inputs, 'int32');
    const dEmbedding = tf.unsortedSegmentSum(dTop, ids, architecture.vocabulary);
    result.embedding = result.embedding ? tf.add(result.embedding, dEmbedding) : dEmbedding;
    return result;
  });
  const tensor = mean.tensor as tf.Tensor;
  const loss = (await tensor.data())[0] as number;
  tensor.dispose();
  return { loss, gradients };
}

/** Runs the embedding and the layers; `top` is the last layer's output, [N, H]. */
export function runLayers(
  architecture: Architecture,
  parameters: Parameters,
  batch: Batch,
  masks: DropoutMasks | null,
): { runs: LayerRun[]; top: tf.Tensor2D } {
  const cell = CELLS[architecture.cell];
  const ids = tf.tensor1d(batch.inputs, 'int32');
  let x = tf.gather(parameters.embedding as tf.Tensor2D, ids); // [N, E]
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
    const kept: tf.Tensor2D[] = [];
    state = tf.tidy(() => {
      const step = cell.forward(zx, state, weights);
      kept.push(...step.saved);
      return [...step.state, ...step.saved];
    });
    saved.push(kept);
    state = state.slice(0, cell.states);
    outputs.push(state[0] as tf.Tensor2D);
    zx.dispose();
  }
  return { input, outputs, saved };
}

/** Adds the layer's gradients to `result`; returns the gradient by its input, [N, in]. */
function layerGradients(
  cell: Cell,
  parameters: Parameters,
  layer: number,
  run: LayerRun,
  dOutputs: tf.Tensor2D,
  batch: Batch,
  result: Gradients,
): tf.Tensor2D {
  const { recurrentBias } = recurrentWeights(parameters, layer);
  const { backward, inOrder, kernel } = gradientsOf(cell, parameters, layer, batch.rows);
  const dSteps = tf.split(dOutputs, batch.steps, 0) as tf.Tensor2D[];
  const zero = tf.zerosLike(run.outputs[0] as tf.Tensor2D);
  let dState: tf.Tensor2D[] = Array.from({ length: cell.states }, () => zero);
  const dZx: tf.Tensor2D[] = [];
  const dRecurrent: tf.Tensor2D[] = [];
  for (let t = batch.steps - 1; t >= 0; t--) {
    const back: { zx?: tf.Tensor2D; recurrent?: tf.Tensor2D } = {};
    const arrived = dState;
    const results = tf.tidy(() => {
      const dh = tf.add(arrived[0] as tf.Tensor2D, dSteps[t] as tf.Tensor2D) as tf.Tensor2D;
      const step = backward([dh, ...arrived.slice(1)], run.saved[t] as tf.Tensor2D[]);
      back.zx = step.dZx;
      back.recurrent = step.dRecurrent;
      return [...step.dState, step.dZx, step.dRecurrent];
    });
    dState = results.slice(0, cell.states);
    for (const tensor of arrived) if (tensor !== zero) tensor.dispose();
    dZx.unshift(back.zx as tf.Tensor2D);
    dRecurrent.unshift(back.recurrent as tf.Tensor2D);
  }
  const dProducts = tf.concat(dZx, 0); // [N, gH]
  const shared = dZx[0] === dRecurrent[0];
  const dRecurrents = shared ? dProducts : tf.concat(dRecurrent, 0);
  const before = tf.concat(run.outputs.slice(0, -1), 0); // h of the step before, [N, H]
  result[`layer${layer}/kernel`] = inOrder(matMul(run.input, dProducts, true, false));
  result[`layer${layer}/recurrent`] = inOrder(matMul(before, dRecurrents, true, false));
  result[`layer${layer}/bias`] = inOrder(tf.sum(dProducts, 0));
  if (recurrentBias) result[`layer${layer}/recurrentBias`] = tf.sum(dRecurrents, 0);
  return matMul(dProducts, kernel, false, true);
}

interface LayerGradient {
  /** As the cell's own, with the weights known. */
  backward(dState: readonly tf.Tensor2D[], saved: readonly tf.Tensor2D[]): StepGradient;
  /** The layer's input kernel, [in, gH], with its gates in the order of what `backward` returns. */
  readonly kernel: tf.Tensor2D;
  /** Puts gates along the last axis back into the parameters' order. */
  inOrder<T extends tf.Tensor>(gradient: T): T;
}

/** The cell's own gradient; of an LSTM on TensorFlow, the fused one. */
function gradientsOf(cell: Cell, parameters: Parameters, layer: number, rows: number): LayerGradient {
  const { recurrent } = recurrentWeights(parameters, layer);
  const kernel = parameters[`layer${layer}/kernel`] as tf.Tensor2D;
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
    backward: ([dh, dc], saved) => {
      const { dGates, dBefore } = fusedLstmGradient(fused, [dh as tf.Tensor2D, dc as tf.Tensor2D], saved);
      return { dZx: dGates, dRecurrent: dGates, dState: [matMul(dGates, recurrentT), dBefore] };
    },
    kernel: byGates(kernel, FUSED_GATES),
    // The order exchanges two gates, so it is its own inverse.
    inOrder: (gradient) => byGates(gradient, FUSED_GATES),
  };
}

/** The blocks of a matrix's columns, or a vector's entries, in another order. */
function byGates<T extends tf.Tensor>(x: T, order: readonly number[]): T {
  const axis = x.rank - 1;
  const blocks = tf.split(x, order.length, axis);
  return tf.concat(
    order.map((gate) => blocks[gate] as T),
    axis,
  ) as T;
}

/** Adds the projection's gradients to `result`; returns the gradient by h, [n, H]. */
export function projectionGradients(
  parameters: Parameters,
  h: tf.Tensor2D,
  dLogits: tf.Tensor2D,
  result: Gradients,
): tf.Tensor2D {
  result.outputBias = tf.sum(dLogits, 0);
  const { down, embedding, output } = parameters as Record<string, tf.Tensor2D | undefined>;
  if (down && embedding) {
    const lowered = matMul(h, down); // [n, E]
    const dLowered = matMul(dLogits, embedding);
    result.embedding = matMul(dLogits, lowered, true, false);
    result.down = matMul(h, dLowered, true, false);
    return matMul(dLowered, down, false, true);
  }
  result.output = matMul(h, dLogits, true, false);
  return matMul(dLogits, output as tf.Tensor2D, false, true);
}

/**
 * NLL [n] of the targets, and the gradient of its mean by the logits [n, V]: softmax minus one-hot, over n.
 * By softmax, not log-softmax: the wasm engine has it eight times faster.
 */
export function crossEntropy(
  scores: tf.Tensor2D,
  targets: Int32Array,
): { nll: tf.Tensor1D; dLogits: tf.Tensor2D } {
  const [n, V] = scores.shape;
  const fused = fusedCrossEntropy(scores, tf.tensor1d(targets, 'int32'));
  if (fused) {
    const dLogits = tf.div(fused.gradient, n) as tf.Tensor2D;
    fused.gradient.dispose();
    return { nll: fused.nll, dLogits };
  }
  const probabilities = tf.softmax(scores);
  const pairs = new Int32Array(2 * n);
  for (let i = 0; i < n; i++) {
    pairs[2 * i] = i;
    pairs[2 * i + 1] = targets[i] as number;
  }
  const picked = tf.gatherND(probabilities, tf.tensor2d(pairs, [n, 2], 'int32')) as tf.Tensor1D;
  // A probability that underflowed counts as the least normal float32, 87 nats.
  const nll = tf.neg(tf.log(tf.maximum(picked, 1.2e-38))) as tf.Tensor1D;
  const oneHot = tf.oneHot(tf.tensor1d(targets, 'int32'), V);
  const dLogits = tf.div(tf.sub(probabilities, oneHot), n) as tf.Tensor2D;
  oneHot.dispose();
  probabilities.dispose();
  return { nll, dLogits };
}

/** x [N, D] times a mask [B, D], the same at every step. */
function applyMask(x: tf.Tensor2D, mask: tf.Tensor2D, batch: Batch): tf.Tensor2D {
  const [rows, width] = mask.shape;
  const byTime = tf.reshape(x, [batch.steps, rows, width]);
  return tf.reshape(tf.mul(byTime, tf.reshape(mask, [1, rows, width])), [batch.steps * rows, width]);
}
