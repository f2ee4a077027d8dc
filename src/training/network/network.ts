/**
 * The parameters of the network: an embedding, some recurrent layers, and a projection to the vocabulary. This file
 * makes the first values of the parameters, uploads them to the engine, and finds them by name.
 *
 * In this folder V is the size of the vocabulary, E of the embedding, H of a hidden state, and g the number of gates of
 * a cell.
 */

import * as tf from '@tensorflow/tfjs-core';
import { type Architecture, shapesOf, valuesOf } from '../../model/architecture.ts';
import { Random } from '../../model/random.ts';
import { matMul } from './ops.ts';

/** Float32 tensors by name. Names and shapes are those of {@link shapesOf}. */
export type Parameters = { readonly [name: string]: tf.Tensor };

/**
 * The parameters before training, as plain arrays. Matrices are uniform in ±1/√H, and the embedding is normal with
 * standard deviation 1/√E. Biases are zero, except that of the LSTM's forget gate, which is one, so that its memory lasts
 * (Jozefowicz, Zaremba and Sutskever 2015). The same seed gives the same numbers on every engine.
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

/** Uploads plain arrays to the engine. Throws if a name is missing or an array has the wrong length. */
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

/** The matrix of that name. Throws a RangeError if there is none. */
export function matrixOf(parameters: Parameters, name: string): tf.Tensor2D {
  const tensor = parameters[name];
  if (tensor?.rank !== 2) throw new RangeError(`there is no matrix ${name} among the parameters`);
  return tensor as tf.Tensor2D;
}

/** The vector of that name. Throws a RangeError if there is none. */
export function vectorOf(parameters: Parameters, name: string): tf.Tensor1D {
  const tensor = parameters[name];
  if (tensor?.rank !== 1) throw new RangeError(`there is no vector ${name} among the parameters`);
  return tensor as tf.Tensor1D;
}

/** The recurrent weights of a layer: [H, gH], and the bias [gH] if the cell has one. */
export function recurrentWeights(
  parameters: Parameters,
  layer: number,
): { recurrent: tf.Tensor2D; recurrentBias?: tf.Tensor1D } {
  const recurrent = matrixOf(parameters, `layer${layer}/recurrent`);
  const bias = `layer${layer}/recurrentBias`;
  return parameters[bias] ? { recurrent, recurrentBias: vectorOf(parameters, bias) } : { recurrent };
}

/** The product of a layer's input x [N, in] with its kernel, plus its bias: [N, gH]. */
export function inputProduct(parameters: Parameters, layer: number, x: tf.Tensor2D): tf.Tensor2D {
  const product = matMul(x, matrixOf(parameters, `layer${layer}/kernel`));
  return tf.add(product, vectorOf(parameters, `layer${layer}/bias`));
}
