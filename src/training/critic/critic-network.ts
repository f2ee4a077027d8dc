/**
 * The critic's network in training: its logits, its loss, and the gradient by every parameter. It runs each direction
 * by the same code as the poet's network. `parameters` are the critic's own and the poet's `embedding`. B is the number of rows, T of steps, H the hidden size.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../../model/architecture.ts';
import {
  CRITIC_LAYERS,
  type CriticArchitecture,
  criticShapes,
  DIRECTIONS,
  type Direction,
} from '../../model/critic.ts';
import { Random } from '../../model/random.ts';
import type { Batch } from '../batch.ts';
import { type Gradients, layersGradients, runLayers } from '../network/backpropagation.ts';
import { type DropoutMasks, disposeMasks, drawMasks } from '../network/dropout.ts';
import type { Parameters } from '../network/network.ts';

/** Sequences of one length, and which of them people wrote. */
export interface CriticBatch {
  /** [B][T] token ids. */
  readonly sequences: readonly ArrayLike<number>[];
  /** [B] 1 for people's, 0 for the model's. */
  readonly labels: Float32Array;
}

/** Parameters to begin with: as those of the poet's layers, and a head of zeros. */
export function initialCritic(architecture: CriticArchitecture, seed: number): Map<string, Float32Array> {
  const random = new Random(seed);
  const { hidden: H } = architecture;
  const parameters = new Map<string, Float32Array>();
  for (const [name, shape] of criticShapes(architecture)) {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (name.endsWith('/bias')) values.fill(1, H, 2 * H);
    else if (!name.startsWith('head')) {
      for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) / Math.sqrt(H);
    }
    parameters.set(name, values);
  }
  return parameters;
}

/** The logits [B] of sequences of one length. */
export async function criticLogits(
  architecture: CriticArchitecture,
  parameters: Parameters,
  sequences: readonly ArrayLike<number>[],
): Promise<Float32Array> {
  const logits = tf.tidy(() => {
    const pooled = DIRECTIONS.map((direction) => {
      const batch = batchOf(sequences, direction);
      const { top } = runLayers(layersOf(architecture), weightsOf(parameters, direction), batch, null);
      return pool(top, sequences.length);
    });
    return headLogits(tf.concat(pooled, 1) as tf.Tensor2D, parameters);
  });
  const values = (await logits.data()) as Float32Array;
  logits.dispose();
  return values;
}

/** The mean cross-entropy of a batch in nats, and its gradients by all parameters but the embedding. The caller disposes of the gradients. */
export async function criticLossAndGradients(
  architecture: CriticArchitecture,
  parameters: Parameters,
  { sequences, labels }: CriticBatch,
  dropout: number,
  seed: number,
): Promise<{ loss: number; gradients: Gradients }> {
  const layers = layersOf(architecture);
  const rows = sequences.length;
  const masks = DIRECTIONS.map((_, i) => drawMasks(layers, rows, dropout, seed + i));
  const kept: { loss?: tf.Tensor } = {};
  const gradients = tf.tidy(() => {
    const batches = DIRECTIONS.map((direction) => batchOf(sequences, direction));
    const runs = DIRECTIONS.map((direction, i) =>
      runLayers(
        layers,
        weightsOf(parameters, direction),
        batches[i] as Batch,
        masks[i] as DropoutMasks | null,
      ),
    );
    const tops = runs.map(({ top }) => top) as [tf.Tensor2D, tf.Tensor2D];
    const pooled = tf.concat([pool(tops[0], rows), pool(tops[1], rows)], 1) as tf.Tensor2D; // [B, 4H]
    const logits = headLogits(pooled, parameters);
    const expected = tf.tensor1d(labels);
    // −log σ(±logit), from the softplus, which does not overflow.
    kept.loss = tf.keep(tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, expected))));
    const dLogits = tf.reshape(tf.div(tf.sub(tf.sigmoid(logits), expected), rows), [rows, 1]) as tf.Tensor2D;
    const result: Gradients = {
      head: tf.matMul(pooled, dLogits, true, false),
      headBias: tf.sum(dLogits, 0),
    };
    const dPooled = tf.matMul(dLogits, parameters.head as tf.Tensor2D, false, true); // [B, 4H]
    const byDirection = tf.split(dPooled, DIRECTIONS.length, 1) as [tf.Tensor2D, tf.Tensor2D];
    for (const [i, direction] of DIRECTIONS.entries()) {
      const own: Gradients = {};
      const dTop = poolGradient(tops[i] as tf.Tensor2D, byDirection[i] as tf.Tensor2D);
      layersGradients(
        layers,
        weightsOf(parameters, direction),
        {
          runs: runs[i]?.runs ?? [],
          dTop,
          batch: batches[i] as Batch,
          masks: masks[i] as DropoutMasks | null,
        },
        own,
      );
      for (const [name, gradient] of Object.entries(own)) {
        if (name !== 'embedding') result[`${direction}/${name}`] = gradient;
      }
    }
    return result;
  });
  for (const each of masks) disposeMasks(each);
  const tensor = kept.loss as tf.Tensor;
  const loss = (await tensor.data())[0] as number;
  tensor.dispose();
  return { loss, gradients };
}

/** One direction as the poet's code knows a network: without an output. */
function layersOf({ vocabulary, embedding, hidden }: CriticArchitecture): Architecture {
  return { cell: 'lstm', vocabulary, embedding, hidden, layers: CRITIC_LAYERS, tied: false };
}

/** The parameters of one direction, under the names of the poet's network. */
function weightsOf(parameters: Parameters, direction: Direction): Parameters {
  const own: Record<string, tf.Tensor> = { embedding: parameters.embedding as tf.Tensor };
  for (const [name, tensor] of Object.entries(parameters)) {
    if (name.startsWith(`${direction}/`)) own[name.slice(direction.length + 1)] = tensor;
  }
  return own;
}

/** The sequences as a batch without padding, in a direction's order. */
function batchOf(sequences: readonly ArrayLike<number>[], direction: Direction): Batch {
  const rows = sequences.length;
  const steps = sequences[0]?.length ?? 0;
  const inputs = new Int32Array(steps * rows);
  for (const [row, tokens] of sequences.entries()) {
    if (tokens.length !== steps) throw new RangeError('the sequences of a batch have one length');
    for (let t = 0; t < steps; t++) {
      inputs[t * rows + row] = tokens[direction === 'forward' ? t : steps - 1 - t] as number;
    }
  }
  return { steps, rows, inputs, positions: new Int32Array(0), targets: new Int32Array(0) };
}

/** Mean and maximum over time of the outputs [T × B, H]: [B, 2H]. */
function pool(top: tf.Tensor2D, rows: number): tf.Tensor2D {
  const byTime = byTimeAndRow(top, rows);
  return tf.concat([tf.mean(byTime, 0), tf.max(byTime, 0)], 1) as tf.Tensor2D;
}

/** The gradient by the outputs [T × B, H] from that by what {@link pool} made of them. */
function poolGradient(top: tf.Tensor2D, dPooled: tf.Tensor2D): tf.Tensor2D {
  const [rows] = dPooled.shape;
  const byTime = byTimeAndRow(top, rows);
  const [dMean, dMax] = tf.split(dPooled, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const isMax = tf.cast(tf.equal(byTime, tf.max(byTime, 0, true)), 'float32');
  return tf.reshape(tf.add(tf.mul(isMax, dMax), tf.div(dMean, byTime.shape[0])), top.shape);
}

function byTimeAndRow(top: tf.Tensor2D, rows: number): tf.Tensor3D {
  return tf.reshape(top, [top.shape[0] / rows, rows, top.shape[1]]);
}

/** The logits [B] of the pooled outputs of both directions, [B, 4H]. */
function headLogits(pooled: tf.Tensor2D, { head, headBias }: Parameters): tf.Tensor1D {
  return tf.reshape(tf.add(tf.matMul(pooled, head as tf.Tensor2D), headBias as tf.Tensor1D), [-1]);
}
