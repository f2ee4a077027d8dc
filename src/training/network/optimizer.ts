/**
 * Optimisers as pure arithmetic on named tensors. Their state is visible, so that a checkpoint can save it and a resumed
 * run continues exactly. The optimisers of TensorFlow.js hide their state and cannot clip by the global norm.
 */

import * as tf from '@tensorflow/tfjs-core';
import type { Gradients } from './backpropagation.ts';

export type OptimizerSettings =
  /** Kingma and Ba 2015. */
  | { readonly kind: 'adam'; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
  /** Tieleman and Hinton 2012, in the form of PyTorch. */
  | { readonly kind: 'rmsprop'; readonly decay: number; readonly epsilon: number };

/** The optimiser's state by `parameter/slot`; each tensor has the shape of its parameter. */
export type Slots = Record<string, tf.Tensor>;

/** `mean` is the running mean of the gradient, `square` that of its square. */
export const SLOT_NAMES: { readonly [kind in OptimizerSettings['kind']]: readonly string[] } = {
  adam: ['mean', 'square'],
  rmsprop: ['square'],
};

/** Slots of zeros, for the parameters before the first step. */
export function emptySlots(settings: OptimizerSettings, parameters: Record<string, tf.Tensor>): Slots {
  const slots: Slots = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    for (const slot of SLOT_NAMES[settings.kind]) slots[`${name}/${slot}`] = tf.zerosLike(parameter);
  }
  return slots;
}

/** Slots with saved values. Throws a RangeError if a value is missing. */
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

/** The norm of all gradients, taken as one vector. */
export async function globalNorm(gradients: Gradients): Promise<number> {
  const squared = tf.tidy(() => tf.addN(Object.values(gradients).map((g) => tf.sum(tf.square(g)))));
  const [sum = Number.NaN] = await squared.data();
  squared.dispose();
  return Math.sqrt(sum);
}

export interface UpdateOptions {
  readonly learningRate: number;
  /** The gradients are multiplied by it. */
  readonly scale: number;
  /** Counted from 1. */
  readonly step: number;
}

/** Takes one step: replaces the tensors in `parameters` and `slots`, and disposes of the old ones. */
export function update(
  settings: OptimizerSettings,
  parameters: Record<string, tf.Tensor>,
  slots: Slots,
  gradients: Gradients,
  options: UpdateOptions,
): void {
  for (const [name, gradient] of Object.entries(gradients)) {
    const old = {
      parameter: tensorOf(parameters, name),
      slots: SLOT_NAMES[settings.kind].map((slot) => tensorOf(slots, `${name}/${slot}`)),
    };
    const next = tf.tidy(() => {
      const g = options.scale === 1 ? gradient : tf.mul(gradient, options.scale);
      return settings.kind === 'adam'
        ? { ...adam(settings, old.parameter, old.slots, g, options) }
        : { ...rmsprop(settings, old.parameter, old.slots, g, options) };
    });
    parameters[name] = next.parameter;
    for (const [slot, tensor] of Object.entries(next.slots)) slots[`${name}/${slot}`] = tensor;
    tf.dispose(old);
  }
}

function tensorOf(tensors: Record<string, tf.Tensor>, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (!tensor) throw new RangeError(`there is no tensor ${name} to update`);
  return tensor;
}

interface Updated {
  readonly parameter: tf.Tensor;
  readonly slots: { readonly [slot: string]: tf.Tensor };
}

function adam(
  { beta1, beta2, epsilon }: OptimizerSettings & { kind: 'adam' },
  parameter: tf.Tensor,
  [oldMean, oldSquare]: readonly tf.Tensor[],
  gradient: tf.Tensor,
  { learningRate, step }: UpdateOptions,
): Updated {
  if (!oldMean || !oldSquare) throw new RangeError('Adam has two slots');
  const mean = tf.add(tf.mul(oldMean, beta1), tf.mul(gradient, 1 - beta1));
  const square = tf.add(tf.mul(oldSquare, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const rate = learningRate / (1 - beta1 ** step);
  const root = tf.sqrt(tf.mul(square, 1 / (1 - beta2 ** step)));
  const move = tf.mul(tf.div(mean, tf.add(root, epsilon)), rate);
  return { parameter: tf.sub(parameter, move), slots: { mean, square } };
}

function rmsprop(
  { decay, epsilon }: OptimizerSettings & { kind: 'rmsprop' },
  parameter: tf.Tensor,
  [oldSquare]: readonly tf.Tensor[],
  gradient: tf.Tensor,
  { learningRate }: UpdateOptions,
): Updated {
  if (!oldSquare) throw new RangeError('RMSprop has one slot');
  const square = tf.add(tf.mul(oldSquare, decay), tf.mul(tf.square(gradient), 1 - decay));
  const move = tf.mul(tf.div(gradient, tf.add(tf.sqrt(square), epsilon)), learningRate);
  return { parameter: tf.sub(parameter, move), slots: { square } };
}
