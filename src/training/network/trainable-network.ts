/**
 * A network in training: its parameters, the optimiser's slots, and how a batch changes them. There are two: of tensors
 * on an engine of TensorFlow.js (`tensor-network.ts`), and of our own kernels (`kernel-network/`). `open-network.ts`
 * chooses.
 */

import type { Batch } from '../batch.ts';
import type { UpdateOptions } from './optimizer.ts';

/** Values by name. */
export type NamedValues = ReadonlyMap<string, Float32Array>;

export interface Dropout {
  /** From 0, which is no dropout, to 1. */
  readonly rate: number;
  /** The same seed draws the same masks on every engine. */
  readonly seed: number;
}

export interface BatchGradient {
  /** Mean NLL of the batch's predictions in nats. */
  readonly loss: number;
  /** The norm of the gradients of all parameters, taken as one vector. */
  readonly norm: number;
}

export interface TrainableNetwork {
  /** Computes the gradients of a batch and keeps them for {@link update}. */
  computeGradients(batch: Batch, dropout: Dropout): Promise<BatchGradient>;
  /** The gradients that are kept, by parameter. Throws an Error if there are none. */
  readGradients(): Promise<NamedValues>;
  /** Takes a step of the optimiser with the gradients that are kept. Throws an Error if there are none. */
  update(options: UpdateOptions): void;
  /** The NLL in nats of every prediction of a batch: [n], in the order of its positions. */
  negativeLogLikelihoods(batch: Batch): Promise<Float32Array>;
  /** Copies. Slots are named `parameter/slot`. */
  read(): Promise<{ readonly parameters: NamedValues; readonly slots: NamedValues }>;
  dispose(): void;
}
