/** A network of tensors in training, on this thread's engine. */

import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../../model/architecture.ts';
import type { Batch } from '../batch.ts';
import { type Gradients, lossAndGradients, negativeLogLikelihoods } from './backpropagation.ts';
import { disposeMasks, drawMasks } from './dropout.ts';
import { toTensors } from './network.ts';
import { type Precision, withPrecision } from './ops.ts';
import {
  emptySlots,
  globalNorm,
  type OptimizerSettings,
  type Slots,
  toSlots,
  type UpdateOptions,
  update,
} from './optimizer.ts';
import type { BatchGradient, Dropout, NamedValues, TrainableNetwork } from './trainable-network.ts';

export class TensorNetwork implements TrainableNetwork {
  readonly #architecture: Architecture;
  readonly #optimizer: OptimizerSettings | null;
  readonly #precision: Precision;
  readonly #parameters: Record<string, tf.Tensor>;
  readonly #slots: Slots;
  #gradients: Gradients | null = null;

  /** `slots` may be empty before the first step. Without an optimiser it is only scored. Throws a RangeError if a value is missing. */
  constructor(
    architecture: Architecture,
    optimizer: OptimizerSettings | null,
    parameters: NamedValues,
    slots: NamedValues,
    precision: Precision,
  ) {
    this.#architecture = architecture;
    this.#optimizer = optimizer;
    this.#precision = precision;
    this.#parameters = toTensors(architecture, parameters);
    this.#slots = optimizer ? openSlots(optimizer, this.#parameters, slots) : {};
  }

  async computeGradients(batch: Batch, { rate, seed }: Dropout): Promise<BatchGradient> {
    this.#discard();
    const masks = drawMasks(this.#architecture, batch.rows, rate, seed);
    const { loss, gradients } = await withPrecision(this.#precision, () =>
      lossAndGradients(this.#architecture, this.#parameters, batch, masks),
    ).finally(() => disposeMasks(masks));
    this.#gradients = gradients;
    return { loss, norm: await globalNorm(gradients) };
  }

  readGradients(): Promise<NamedValues> {
    return readTensors(this.#kept());
  }

  update(options: UpdateOptions): void {
    if (!this.#optimizer) throw new Error('a network without an optimiser takes no steps');
    update(this.#optimizer, this.#parameters, this.#slots, this.#kept(), options);
    this.#discard();
  }

  negativeLogLikelihoods(batch: Batch): Promise<Float32Array> {
    return negativeLogLikelihoods(this.#architecture, this.#parameters, batch);
  }

  async read(): Promise<{ parameters: NamedValues; slots: NamedValues }> {
    return { parameters: await readTensors(this.#parameters), slots: await readTensors(this.#slots) };
  }

  dispose(): void {
    this.#discard();
    tf.dispose([this.#parameters, this.#slots]);
  }

  #kept(): Gradients {
    if (!this.#gradients) throw new Error('no gradients are kept');
    return this.#gradients;
  }

  #discard(): void {
    if (this.#gradients) tf.dispose(this.#gradients);
    this.#gradients = null;
  }
}

function openSlots(
  optimizer: OptimizerSettings,
  parameters: Record<string, tf.Tensor>,
  values: NamedValues,
): Slots {
  return values.size ? toSlots(optimizer, parameters, values) : emptySlots(optimizer, parameters);
}

async function readTensors(tensors: Record<string, tf.Tensor>): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [name, tensor] of Object.entries(tensors)) {
    values.set(name, (await tensor.data()).slice() as Float32Array);
  }
  return values;
}
