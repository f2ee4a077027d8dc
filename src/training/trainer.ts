/**
 * One model in training: its parameters, the optimiser's slots, and the number of steps taken.
 *
 * {@link TrainerState} is all that a run needs to resume exactly. The order of the batches and the dropout masks follow
 * from the recipe's seed and the step number. The trainer does not touch files, clocks or the terminal.
 */

import type { Architecture } from '../model/architecture.ts';
import type { HeldOutScores } from '../model/card.ts';
import { OperatorError } from '../system/operator-error.ts';
import type { Batch } from './batch.ts';
import { Curriculum, type CurriculumBatch, type Stage } from './curriculum.ts';
import type { Dataset } from './dataset.ts';
import { scoreBatches } from './evaluation.ts';
import { initialParameters } from './network/network.ts';
import { openNetwork } from './network/open-network.ts';
import type { BatchGradient, Dropout, TrainableNetwork } from './network/trainable-network.ts';
import type { Recipe } from './recipes.ts';
import type { RatedDataset } from './reward/rated-dataset.ts';
import { learningRate } from './schedule.ts';
import { estimateRemaining } from './time-left.ts';
import type { TrainingData } from './training-data.ts';

export interface TrainerState {
  /** Steps taken. */
  readonly step: number;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** Empty before the first step. */
  readonly slots: ReadonlyMap<string, Float32Array>;
  /** The NLLs of the rated poems under the weights with which the run began. Null: not measured, or there are none. */
  readonly reference?: Float32Array | null;
}

export interface StepResult {
  /** Counted from 1. */
  readonly step: number;
  /** Mean NLL of the batch's predictions in nats, before the update. */
  readonly loss: number;
  /** The global norm of the gradients, before clipping. */
  readonly norm: number;
  readonly learningRate: number;
  /** Predictions in the batch. */
  readonly tokens: number;
}

/** The loss or the gradient is no longer a finite number, so training cannot continue. */
export class DivergenceError extends OperatorError {
  override readonly name = 'DivergenceError';
}

export class Trainer {
  readonly architecture: Architecture;
  readonly #recipe: Recipe;
  readonly #dataset: Dataset;
  readonly #rated: RatedDataset | null;
  readonly #curriculum: Curriculum;
  readonly #network: TrainableNetwork;
  #step: number;

  /**
   * `pretraining` holds the poems of the recipe's pretraining stage, and `rated` those with ratings, both in the
   * vocabulary of `dataset`. Without `state`, training starts from random parameters.
   */
  constructor(
    recipe: Recipe,
    { dataset, pretraining, rated }: Pick<TrainingData, 'dataset' | 'pretraining' | 'rated'>,
    state?: TrainerState,
  ) {
    this.#recipe = recipe;
    this.#dataset = dataset;
    this.#rated = rated;
    if (state?.reference) rated?.setReference(state.reference);
    const stages: Stage[] = [{ dataset: rated ?? dataset, epochs: recipe.epochs, dropout: recipe.dropout }];
    if (recipe.pretraining && pretraining) stages.unshift({ dataset: pretraining, ...recipe.pretraining });
    this.#curriculum = new Curriculum(stages);
    this.architecture = { ...recipe.architecture, vocabulary: dataset.vocabulary.size };
    const { optimizer, precision } = recipe;
    this.#network = openNetwork(this.architecture, state?.parameters ?? this.#firstParameters(), {
      optimizer,
      precision,
      ...(state && { slots: state.slots }),
    });
    this.#step = state?.step ?? 0;
  }

  /** Steps taken. */
  get step(): number {
    return this.#step;
  }

  get totalSteps(): number {
    return this.#curriculum.totalSteps;
  }

  /** Epochs done, of all stages together, with fractions. */
  get epoch(): number {
    return this.#curriculum.epochs(this.#step);
  }

  get finished(): boolean {
    return this.#step >= this.totalSteps;
  }

  /** Takes the remaining steps, one each time the caller asks. Throws {@link DivergenceError}. */
  async *steps(): AsyncGenerator<StepResult> {
    await this.#prepare();
    for (const batch of this.#curriculum.after(this.#step)) yield await this.#take(batch);
  }

  /** Milliseconds that the remaining steps will take, from gradients that are computed and thrown away. */
  async estimateRemaining(): Promise<number> {
    await this.#prepare();
    return estimateRemaining(this.#curriculum, this.#step, async (batch) => {
      await this.#computeGradients(batch, { rate: this.#recipe.dropout, seed: 0 });
    });
  }

  /** Scores of the float32 weights on a held-out split. */
  evaluate(split: 'validation' | 'test'): Promise<HeldOutScores> {
    return scoreBatches(this.#network, this.#dataset.heldOut(split));
  }

  /** A copy of the state. */
  async state(): Promise<TrainerState> {
    const reference = this.#rated?.reference ?? null;
    return { step: this.#step, ...(await this.#network.read()), reference };
  }

  dispose(): void {
    this.#network.dispose();
  }

  /** Measures what the rated poems are compared with. The network has its first weights: a later state has the reference. */
  async #prepare(): Promise<void> {
    if (this.#rated && !this.#rated.reference) await this.#rated.measureReference(this.#network);
  }

  async #computeGradients(batch: Batch, dropout: Dropout): Promise<BatchGradient> {
    if (!batch.weigh) return this.#network.computeGradients(batch, dropout);
    const weights = batch.weigh(await this.#network.negativeLogLikelihoods(batch));
    return this.#network.computeGradients({ ...batch, weights }, dropout);
  }

  async #take({ batch, dropout }: CurriculumBatch): Promise<StepResult> {
    const { clipNorm, schedule, seed } = this.#recipe;
    const step = this.#step + 1;
    const { loss, norm } = await this.#computeGradients(batch, {
      rate: dropout,
      seed: seed ^ Math.imul(step, 0x85ebca6b),
    });
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      throw new DivergenceError(`the loss is ${loss} and the gradient's norm ${norm} at step ${step}`);
    }
    const rate = learningRate(schedule, step, this.totalSteps);
    const scale = norm > clipNorm ? clipNorm / norm : 1;
    this.#network.update({ learningRate: rate, scale, step });
    this.#step = step;
    return { step, loss, norm, learningRate: rate, tokens: batch.targets.length };
  }

  /**
   * Random parameters. The output bias is the logarithm of each token's frequency in the first epoch, which is the
   * first thing that training would learn.
   */
  #firstParameters(): Map<string, Float32Array> {
    const parameters = initialParameters(this.architecture, this.#recipe.seed);
    // No token has frequency zero, whose logarithm is not finite.
    const counts = new Float64Array(this.architecture.vocabulary).fill(0.1);
    let total = 0;
    for (const batch of this.#dataset.trainingEpoch(0)) {
      for (const target of batch.targets) counts[target] = (counts[target] ?? 0) + 1;
      total += batch.targets.length;
    }
    parameters.set(
      'outputBias',
      Float32Array.from(counts, (count) => Math.log(count / total)),
    );
    return parameters;
  }
}
