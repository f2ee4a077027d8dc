/**
 * Optimisers as pure arithmetic on named tensors, with their state in the open, so that a checkpoint can carry
 * it and a resumed run goes on exactly. TensorFlow.js's own hide theirs, and have no clipping by the global norm.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Gradients } from './backpropagation.ts';

export type OptimizerSettings =
  /** Kingma and Ba 2015. */
  | { readonly kind: 'adam'; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  /** Tieleman and Hinton 2012, as PyTorch has it. */
  | { readonly kind: 'rmsprop'; readonly decay: number; readonly epsilon: number };

/** Moments by `parameter/slot`, each shaped as its parameter. */
export type Slots = Record<string, tf.Tensor>;

export const SLOT_NAMES: { readonly [kind in OptimizerSettings['kind']]: readonly string[] } = {
  adam: ['mean', 'square'],
  rmsprop: ['square'],
};

/** Slots of zeros for the parameters. */
export function emptySlots(settings: OptimizerSettings, parameters: Record<string, tf.Tensor>): Slots {
  const slots: Slots = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    for (const slot of SLOT_NAMES[settings.kind]) slots[`${name}/${slot}`] = tf.zerosLike(parameter);
  }
  return slots;
}

/** Slots of saved values. Throws a RangeError where one is missing. */
export function toSlots(
  settings: OptimizerSettings,
  parameters: Record<string, tf.Tensor>,
  values: ReadonlyMap<string, Float32Array>,
): Slots {
  const slots: Slots = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    for (const slot of SLOT_NAMES[settings.kind]) {
      const data = values.get(`${name}/${slot}`);
      if (!data) throw new RangeError(`slot ${name}/${slot} is missing`);
      slots[`${name}/${slot}`] = tf.tensor(data, parameter.shape);
    }
  }
  return slots;
}

/** The norm of all gradients taken as one vector. */
export async function globalNorm(gradients: Gradients): Promise<number> {
  const squared = tf.tidy(() => tf.addN(Object.values(gradients).map((g) => tf.sum(tf.square(g)))));
  const norm = Math.sqrt((await squared.data())[0] as number);
  squared.dispose();
  return norm;
}

/**
 * One update in place: the tensors in `parameters` and `slots` are replaced and the old ones disposed of.
 * `scale` multiplies the gradients (clipping); `step` counts from 1.
 */
export function update(
  settings: OptimizerSettings,
  parameters: Record<string, tf.Tensor>,
  slots: Slots,
  gradients: Gradients,
  options: { readonly learningRate: number; readonly scale: number; readonly step: number },
): void {
  for (const [name, gradient] of Object.entries(gradients)) {
    const old = parameters[name] as tf.Tensor;
    const moments = SLOT_NAMES[settings.kind].map((slot) => slots[`${name}/${slot}`] as tf.Tensor);
    const [parameter, ...next] = tf.tidy(() => {
      const g = options.scale === 1 ? gradient : tf.mul(gradient, options.scale);
      return settings.kind === 'adam'
        ? adam(settings, old, moments, g, options)
        : rmsprop(settings, old, moments, g, options);
    }) as tf.Tensor[];
    parameters[name] = parameter as tf.Tensor;
    for (const [i, slot] of SLOT_NAMES[settings.kind].entries()) {
      slots[`${name}/${slot}`] = next[i] as tf.Tensor;
    }
    old.dispose();
    for (const moment of moments) moment.dispose();
  }
}

function adam(
  { beta1, beta2, epsilon }: OptimizerSettings & { kind: 'adam' },
  parameter: tf.Tensor,
  [mean, square]: readonly tf.Tensor[],
  gradient: tf.Tensor,
  { learningRate, step }: { learningRate: number; step: number },
): tf.Tensor[] {
  const nextMean = tf.add(tf.mul(mean as tf.Tensor, beta1), tf.mul(gradient, 1 - beta1));
  const nextSquare = tf.add(tf.mul(square as tf.Tensor, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const rate = learningRate / (1 - beta1 ** step);
  const root = tf.sqrt(tf.mul(nextSquare, 1 / (1 - beta2 ** step)));
  const move = tf.mul(tf.div(nextMean, tf.add(root, epsilon)), rate);
  return [tf.sub(parameter, move), nextMean, nextSquare];
}

function rmsprop(
  { decay, epsilon }: OptimizerSettings & { kind: 'rmsprop' },
  parameter: tf.Tensor,
  [square]: readonly tf.Tensor[],
  gradient: tf.Tensor,
  { learningRate }: { learningRate: number },
): tf.Tensor[] {
  const nextSquare = tf.add(tf.mul(square as tf.Tensor, decay), tf.mul(tf.square(gradient), 1 - decay));
  const move = tf.mul(tf.div(gradient, tf.add(tf.sqrt(nextSquare), epsilon)), learningRate);
  return [tf.sub(parameter, move), nextSquare];
}
