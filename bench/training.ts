/** Measures how fast an engine trains: whole steps like those of the trainer, on random tokens. */

import * as tf from '@tensorflow/tfjs-core';
import { kernelBytesInUse } from '../src/kernels/memory.ts';
import { type Architecture, CELL_WEIGHTS } from '../src/model/architecture.ts';
import { Random } from '../src/model/random.ts';
import { type Batch, makeBatch } from '../src/training/batch.ts';
import { initialParameters } from '../src/training/network/network.ts';
import { openNetwork } from '../src/training/network/open-network.ts';
import type { TrainableNetwork } from '../src/training/network/trainable-network.ts';
import type { Recipe } from '../src/training/recipes.ts';

/** In the first steps engines compile, and allocate memory. */
const WARM_UP_STEPS = 2;
const LEAST_STEPS = 3;
/** So much is measured before what happens between steps happens again. */
const BETWEEN_MS = 200;

export interface TrainingLoad {
  readonly architecture: Architecture;
  /** Gives the optimiser, the dropout and the precision. */
  readonly recipe: Recipe;
  /** Sequences in a batch. */
  readonly batch: number;
  /** Predicted tokens in a sequence. */
  readonly length: number;
}

export class TrainingBench {
  readonly #recipe: Recipe;
  readonly #network: TrainableNetwork;
  readonly #batch: Batch;
  /** Multiply-adds of a step's products. */
  readonly multiplyAdds: number;
  #step = 0;
  #measuredSteps = 0;
  #measuredMs = 0;

  private constructor({ architecture, recipe, batch, length }: TrainingLoad) {
    this.#recipe = recipe;
    const { optimizer, precision } = recipe;
    const parameters = initialParameters(architecture, recipe.seed);
    this.#network = openNetwork(architecture, parameters, { optimizer, precision });
    const random = new Random(recipe.seed);
    const sequences = Array.from({ length: batch }, () => ({
      tokens: Array.from({ length: length + 1 }, () => random.below(architecture.vocabulary)),
      prefix: 1,
    }));
    this.#batch = makeBatch(sequences);
    this.multiplyAdds = multiplyAddsOf(architecture, this.#batch);
  }

  /** Opens a network on this thread's engine and takes its first steps. The caller closes it. */
  static async open(load: TrainingLoad): Promise<TrainingBench> {
    const bench = new TrainingBench(load);
    for (let i = 0; i < WARM_UP_STEPS; i++) await bench.#take();
    return bench;
  }

  /**
   * Takes steps for at least `ms` milliseconds, and at least three. `between` runs once in a fifth of a second, after a
   * step, and is not measured. Throws an Error if the steps leave tensors behind, or allocate memory of the kernels.
   */
  async measure(ms: number, between: () => Promise<void> = async () => {}): Promise<void> {
    const { numTensors } = tf.memory();
    const bytes = kernelBytesInUse();
    let passed = 0;
    let before = 0;
    for (let steps = 0; steps < LEAST_STEPS || passed < ms; steps++) {
      const begun = performance.now();
      await this.#take();
      passed += performance.now() - begun;
      this.#measuredSteps++;
      if (passed - before < BETWEEN_MS) continue;
      before = passed;
      await between();
    }
    this.#measuredMs += passed;
    const left = tf.memory().numTensors - numTensors;
    if (left !== 0) throw new Error(`the steps left ${left} tensors behind`);
    const allocated = kernelBytesInUse() - bytes;
    if (allocated !== 0) throw new Error(`the steps allocated ${allocated} bytes of the kernels' memory`);
  }

  /** Over everything that was measured. */
  get stepsPerSecond(): number {
    return (1000 * this.#measuredSteps) / this.#measuredMs;
  }

  /** Predictions learned from in a second. */
  get tokensPerSecond(): number {
    return this.stepsPerSecond * this.#batch.targets.length;
  }

  close(): void {
    this.#network.dispose();
  }

  /** Reading the loss and the norm waits for engines that compute asynchronously. */
  async #take(): Promise<void> {
    const { clipNorm, dropout } = this.#recipe;
    this.#step++;
    const { norm } = await this.#network.computeGradients(this.#batch, { rate: dropout, seed: this.#step });
    const scale = norm > clipNorm ? clipNorm / norm : 1;
    this.#network.update({ learningRate: 1e-3, scale, step: this.#step });
  }
}

/**
 * Multiply-adds of the products of a training step. Going backward, each product of the forward pass has two gradients,
 * of the same size as itself. The first step of a layer has no recurrent product.
 */
export function multiplyAddsOf(architecture: Architecture, { steps, rows, targets }: Batch): number {
  const { vocabulary: V, embedding: E, hidden: H, layers, tied, cell } = architecture;
  const width = CELL_WEIGHTS[cell].gates * H;
  const inputs = steps * rows * (E + (layers - 1) * H) * width;
  const recurrent = (steps - 1) * rows * layers * H * width;
  const output = targets.length * (tied ? H * E + E * V : H * V);
  return 3 * (inputs + recurrent + output);
}
