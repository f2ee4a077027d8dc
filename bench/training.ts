/** Measures how fast an engine trains: whole steps like those of the trainer, in float32, on random tokens. */

import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from '../src/model/architecture.ts';
import { Random } from '../src/model/random.ts';
import { makeBatch } from '../src/training/batch.ts';
import { lossAndGradients } from '../src/training/network/backpropagation.ts';
import { disposeMasks, drawMasks } from '../src/training/network/dropout.ts';
import { initialParameters, toTensors } from '../src/training/network/network.ts';
import { emptySlots, globalNorm, update } from '../src/training/network/optimizer.ts';
import type { Recipe } from '../src/training/recipes.ts';

/** In the first steps engines compile, and allocate memory. */
const WARM_UP_STEPS = 2;

export interface TrainingLoad {
  readonly architecture: Architecture;
  /** Gives the optimiser and the dropout. */
  readonly recipe: Recipe;
  /** Sequences in a batch. */
  readonly batch: number;
  /** Predicted tokens in a sequence. */
  readonly length: number;
  /** The shortest time to measure; at least three steps are taken. */
  readonly measureMs: number;
}

/** Predicted tokens a second on this thread's engine. Throws if a step leaves tensors behind. */
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
    // Reading a result waits for engines that compute asynchronously, so that the clock sees all work.
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
