/**
 * One model in training: parameters, optimiser slots and the step they stand at.
 *
 * All that a run needs to go on exactly is in {@link TrainerState}; the order of batches and the dropout masks
 * follow from the recipe's seed and the step. The trainer knows nothing of files, clocks or terminals.
 */

import type * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../model/architecture.ts';
import type { HeldOutScores } from '../model/card.ts';
import { OperatorError } from '../system/operator-error.ts';
import type { Batch } from './batch.ts';
import { Curriculum, type CurriculumBatch } from './curriculum.ts';
import type { Dataset } from './dataset.ts';
import { scoreBatches } from './evaluation.ts';
import { lossAndGradients } from './network/backpropagation.ts';
import { type DropoutMasks, disposeMasks, drawMasks } from './network/dropout.ts';
import { initialParameters, toTensors } from './network/network.ts';
import { setPrecision } from './network/ops.ts';
import { emptySlots, globalNorm, type Slots, toSlots, update } from './network/optimizer.ts';
import type { Recipe } from './recipes.ts';
import { learningRate } from './schedule.ts';

export interface TrainerState {
  /** Steps taken. */
  readonly step: number;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Empty before the first step. */
  readonly slots: ReadonlyMap<string, Float32Array>;
}

export interface StepResult {
  readonly step: number;
  /** Mean NLL in nats of the batch's predictions, before the update. */
  readonly loss: number;
  /** The gradients' global norm before clipping. */
  readonly norm: number;
  readonly learningRate: number;
  /** Predictions in the batch. */
  readonly tokens: number;
}

/** The loss is no longer a number: nothing that follows would mean anything. */
export class DivergenceError extends OperatorError {
  override readonly name = 'DivergenceError';
}

export class Trainer {
  readonly architecture: Architecture;
  readonly #recipe: Recipe;
  readonly #dataset: Dataset;
  readonly #curriculum: Curriculum;
  readonly #parameters: Record<string, tf.Tensor>;
  readonly #slots: Slots;
  #step: number;

  /** `pretraining` holds the poems of the recipe's pretraining stage, in the vocabulary of `dataset`. */
  constructor(recipe: Recipe, dataset: Dataset, pretraining: Dataset | null, state?: TrainerState) {
    this.#recipe = recipe;
    this.#dataset = dataset;
    const stages = [{ dataset, epochs: recipe.epochs, dropout: recipe.dropout }];
    if (recipe.pretraining && pretraining) stages.unshift({ dataset: pretraining, ...recipe.pretraining });
    this.#curriculum = new Curriculum(stages);
    this.architecture = { ...recipe.architecture, vocabulary: dataset.vocabulary.size };
    const parameters = state?.parameters ?? this.#begin();
    this.#parameters = toTensors(this.architecture, parameters);
    this.#slots = state?.slots.size
      ? toSlots(recipe.optimizer, this.#parameters, state.slots)
      : emptySlots(recipe.optimizer, this.#parameters);
    this.#step = state?.step ?? 0;
  }

  get step(): number {
    return this.#step;
  }

  get totalSteps(): number {
    return this.#curriculum.totalSteps;
  }

  /** Epochs done, those of all stages together, with fractions. */
  get epoch(): number {
    return this.#curriculum.epochs(this.#step);
  }

  get finished(): boolean {
    return this.#step >= this.totalSteps;
  }

  /** Takes the steps that are left, one at a time as the caller asks for them. Throws {@link DivergenceError}. */
  async *steps(): AsyncGenerator<StepResult> {
    for (const lesson of this.#curriculum.after(this.#step)) yield await this.#take(lesson);
  }

  /** Scores on a held-out split, with the weights in full precision. */
  evaluate(split: 'validation' | 'test'): Promise<HeldOutScores> {
    return scoreBatches(this.architecture, this.#parameters, this.#dataset.heldOut(split));
  }

  /** Copies of all that a run needs to go on. */
  async state(): Promise<TrainerState> {
    const read = async (tensors: Record<string, tf.Tensor>) => {
      const values = new Map<string, Float32Array>();
      for (const [name, tensor] of Object.entries(tensors)) {
        values.set(name, (await tensor.data()).slice() as Float32Array);
      }
      return values;
    };
    const parameters = await read(this.#parameters);
    return { step: this.#step, parameters, slots: await read(this.#slots) };
  }

  dispose(): void {
    for (const tensor of [...Object.values(this.#parameters), ...Object.values(this.#slots)])
      tensor.dispose();
  }

  async #take({ batch, dropout }: CurriculumBatch): Promise<StepResult> {
    const { clipNorm, optimizer, schedule, seed } = this.#recipe;
    const step = this.#step + 1;
    const masks = drawMasks(this.architecture, batch.rows, dropout, seed ^ Math.imul(step, 0x85ebca6b));
    const { loss, gradients } = await this.#gradients(batch, masks);
    disposeMasks(masks);
    const norm = await globalNorm(gradients);
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      for (const gradient of Object.values(gradients)) gradient.dispose();
      throw new DivergenceError(`the loss is ${loss} and the gradient's norm ${norm} at step ${step}`);
    }
    const rate = learningRate(schedule, step, this.totalSteps);
    const scale = norm > clipNorm ? clipNorm / norm : 1;
    update(optimizer, this.#parameters, this.#slots, gradients, { learningRate: rate, scale, step });
    for (const gradient of Object.values(gradients)) gradient.dispose();
    this.#step = step;
    return { step, loss, norm, learningRate: rate, tokens: batch.targets.length };
  }

  async #gradients(batch: Batch, masks: DropoutMasks | null) {
    const before = setPrecision(this.#recipe.precision);
    try {
      return await lossAndGradients(this.architecture, this.#parameters, batch, masks);
    } finally {
      setPrecision(before);
    }
  }

  /** Initial parameters, with the output's bias at the characters' log frequencies: the first thing learned, given. */
  #begin(): Map<string, Float32Array> {
    const parameters = initialParameters(this.architecture, this.#recipe.seed);
    const counts = new Float64Array(this.architecture.vocabulary).fill(0.1);
    let total = 0;
    for (const batch of this.#dataset.trainingEpoch(0)) {
      for (const target of batch.targets) counts[target] = (counts[target] as number) + 1;
      total += batch.targets.length;
    }
    const bias = parameters.get('outputBias') as Float32Array;
    for (let id = 0; id < bias.length; id++) bias[id] = Math.log((counts[id] as number) / total);
    return parameters;
  }
}
