/** The one place that chooses what a network is trained with. */

import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../../model/architecture.ts';
import { KernelNetwork } from '../kernel-network/kernel-network.ts';
import type { Precision } from './ops.ts';
import type { OptimizerSettings } from './optimizer.ts';
import { TensorNetwork } from './tensor-network.ts';
import type { NamedValues, TrainableNetwork } from './trainable-network.ts';

export interface NetworkOptions {
  /** Null: the network is scored and not trained. */
  readonly optimizer: OptimizerSettings | null;
  /** The optimiser's slots; default: zeros. */
  readonly slots?: NamedValues;
  /** Of large products, on engines that have it; default: float32. */
  readonly precision?: Precision;
}

/**
 * A network on this thread's engine: on wasm of our own kernels, which use all cores, and elsewhere of tensors. The
 * caller disposes of it. Throws a RangeError if a value is missing.
 */
export function openNetwork(
  architecture: Architecture,
  parameters: NamedValues,
  { optimizer, slots = new Map(), precision = 'float32' }: NetworkOptions,
): TrainableNetwork {
  return tf.getBackend() === 'wasm'
    ? new KernelNetwork(architecture, optimizer, parameters, slots)
    : new TensorNetwork(architecture, optimizer, parameters, slots, precision);
}

/** As {@link openNetwork}, for scores alone. */
export function openForScoring(architecture: Architecture, parameters: NamedValues): TrainableNetwork {
  return openNetwork(architecture, parameters, { optimizer: null });
}
