/** How fast an engine trains: whole steps as the trainer takes them, on random tokens. */

import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../src/model/architecture.ts';
import { Random } from '../src/model/random.ts';
import { makeBatch } from '../src/training/batch.ts';
import { lossAndGradients } from '../src/training/network/backpropagation.ts';
import { disposeMasks, drawMasks } from '../src/training/network/dropout.ts';
import { initialParameters, toTensors } from '../src/training/network/network.ts';
import { emptySlots, globalNorm, update } from '../src/training/network/optimizer.ts';
import type { Recipe } from '../src/training/recipes.ts';

/** Engines compile, and lay memory out, in the first steps. */
const WARM_UP_STEPS = 2;

export interface TrainingLoad {
  readonly architecture: Architecture;
  /** Optimiser and dropout. */
  readonly recipe: Recipe;
  /** Sequences in a batch. */
  readonly batch: number;
  /** Predicted tokens in a sequence. */
  readonly length: number;
  /** At least so long, and at least three steps. */
  readonly measureMs: number;
}

/** Predicted tokens a second on this thread's engine. Throws where a step leaves tensors behind. */
export async function trainingRate(load: TrainingLoad): Promise<number> {
  const { architecture, recipe } = load;
  const parameters = toTensors(architecture, initialParameters(architecture, recipe.seed));
  const slots = emptySlots(recipe.optimizer, parameters);
  const random = new Random(recipe.seed);
  const batch = makeBatch(
    Array.from({ length: load.batch }, () => ({
      tokens: Array.from({ length: load.length + 1 }, () => random.below(architecture.vocabulary)),
      prefix: 1,
    })),
  );
  let step = 0;
  const take = async (): Promise<void> => {
    step++;
    const masks = drawMasks(architecture, batch.rows, recipe.dropout, step);
    const { gradients } = await lossAndGradients(architecture, parameters, batch, masks);
    disposeMasks(masks);
    const norm = await globalNorm(gradients);
    const scale = norm > recipe.clipNorm ? recipe.clipNorm / norm : 1;
    update(recipe.optimizer, parameters, slots, gradients, { learningRate: 1e-3, scale, step });
    tf.dispose(gradients);
    // Engines that compute on their own are waited for, so that no work is left over for the clock to miss.
    await parameters.outputBias?.data();
  };

  for (let i = 0; i < WARM_UP_STEPS; i++) await take();
  const { numTensors } = tf.memory();
  const begun = performance.now();
  let steps = 0;
  while (steps < 3 || performance.now() - begun < load.measureMs) {
    await take();
    steps++;
  }
  const seconds = (performance.now() - begun) / 1000;
  const left = tf.memory().numTensors - numTensors;
  tf.dispose([parameters, slots]);
  if (left !== 0) throw new Error(`${steps} steps left ${left} tensors behind`);
  return (steps * batch.targets.length) / seconds;
}
