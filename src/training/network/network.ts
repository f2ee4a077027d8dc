/**
 * The network: an embedding, N recurrent layers, a projection to the vocabulary, log-softmax.
 *
 * This file says how the parameters begin, and how logits come of a layer's output. It does not
 * know how a poem is planned, batched or trained. V is the vocabulary's size, E the embedding's, H the hidden
 * size, g the number of a cell's gates.
 */

import * as tf from '@tensorflow/tfjs-core';
import { type Architecture, shapesOf, valuesOf } from '../../model/architecture.ts';
import { Random } from '../../model/random.ts';
import { matMul } from './ops.ts';

/** Tensors by name, float32; names and shapes are those of {@link shapesOf}. */
export type Parameters = { readonly [name: string]: tf.Tensor };

/**
 * Parameters to begin training with, as plain arrays: matrices uniform in ±1/√H, the embedding normal with
 * deviation 1/√E, biases zero but the forget gate's, which begins at one so that memory lasts (Jozefowicz,
 * Zaremba and Sutskever 2015). The same seed gives the same numbers on every engine.
 */
export function initialParameters(architecture: Architecture, seed: number): Map<string, Float32Array> {
  const { hidden: H, embedding: E } = architecture;
  const random = new Random(seed);
  const parameters = new Map<string, Float32Array>();
  for (const [name, shape] of shapesOf(architecture)) {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (name === 'embedding') {
      for (let i = 0; i < values.length; i++) values[i] = random.normal() / Math.sqrt(E);
    } else if (shape.length === 2) {
      for (let i = 0; i < values.length; i++) values[i] = (2 * random.uniform() - 1) / Math.sqrt(H);
    } else if (architecture.cell === 'lstm' && name.endsWith('/bias')) {
      values.fill(1, H, 2 * H);
    }
    parameters.set(name, values);
  }
  return parameters;
}

/** Uploads plain arrays to the engine. Throws where a name is missing or a length is wrong. */
export function toTensors(
  architecture: Architecture,
  values: ReadonlyMap<string, Float32Array>,
): Record<string, tf.Tensor> {
  const tensors: Record<string, tf.Tensor> = {};
  for (const [name, shape] of shapesOf(architecture)) {
    tensors[name] = tf.tensor(valuesOf(values, name), [...shape], 'float32');
  }
  return tensors;
}

/** The recurrent weights of a layer. */
export function recurrentWeights(
  parameters: Parameters,
  layer: number,
): { recurrent: tf.Tensor2D; recurrentBias?: tf.Tensor1D } {
  const recurrent = parameters[`layer${layer}/recurrent`] as tf.Tensor2D;
  const recurrentBias = parameters[`layer${layer}/recurrentBias`] as tf.Tensor1D | undefined;
  return recurrentBias ? { recurrent, recurrentBias } : { recurrent };
}

/** A layer's input product: x [N, in] · kernel + bias, [N, gH]. */
export function inputProduct(parameters: Parameters, layer: number, x: tf.Tensor2D): tf.Tensor2D {
  const product = matMul(x, parameters[`layer${layer}/kernel`] as tf.Tensor2D);
  return tf.add(product, parameters[`layer${layer}/bias`] as tf.Tensor1D);
}

/** Logits [N, V] of the last layer's output h [N, H]. Call it in a tidy. */
export function logits(parameters: Parameters, h: tf.Tensor2D): tf.Tensor2D {
  const { down, embedding, output, outputBias } = parameters;
  const product = down
    ? matMul(matMul(h, down as tf.Tensor2D), embedding as tf.Tensor2D, false, true)
    : matMul(h, output as tf.Tensor2D);
  return tf.add(product, outputBias as tf.Tensor1D);
}
