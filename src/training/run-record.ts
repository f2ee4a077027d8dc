/** The state that a training run resumes from, and what it says of the run. */

import { isDeepStrictEqual } from 'node:util';
import { CheckpointError } from '../model/checkpoint.ts';
import type { InitialWeights } from './initial-weights.ts';
import type { Recipe } from './recipes.ts';
import { readState } from './state-file.ts';
import type { TrainerState } from './trainer.ts';

/** What a state file says of its run. */
export interface RunRecord {
  readonly recipe: Recipe;
  /** The hash of what it learns from; training-data.ts says more. */
  readonly corpus: string;
  /** Time spent training, all sessions together. */
  readonly seconds: number;
  /** Predictions learned from, repeats included. */
  readonly tokens: number;
  /** The weights that the run began with. Null: random ones. */
  readonly initial: InitialWeights | null;
}

/**
 * Reads the state that a run resumes from. Throws `CheckpointError` if it belongs to another recipe or corpus, and
 * `StateError` if it is damaged.
 */
export async function resume(
  path: string,
  recipe: Recipe,
  corpus: RunRecord['corpus'],
): Promise<{ state: TrainerState; record: RunRecord }> {
  const { state, about } = await readState(path);
  const record = recordOf(about);
  if (record.corpus !== corpus) {
    throw new CheckpointError(
      `${path} was trained on another corpus or other ratings; run without --resume to start a new run`,
    );
  }
  if (!isDeepStrictEqual(withoutLength(recipe), withoutLength(record.recipe))) {
    throw new CheckpointError(
      `${path} was trained by another recipe (${record.recipe.name}); run without --resume to start a new run`,
    );
  }
  return { state, record };
}

function recordOf(about: unknown): RunRecord {
  const record = about as RunRecord & { recipe: { earlier?: Recipe['pretraining'] } };
  // Older runs saved their recipe with `earlier` as the name of `pretraining`.
  const { earlier = null, ...recipe } = record.recipe;
  return {
    ...record,
    // Older runs all began with random weights, and do not say so.
    initial: record.initial ?? null,
    recipe: {
      ...recipe,
      pretraining: recipe.pretraining ?? earlier,
      // Nor do they say that they learn from no ratings.
      ratings: recipe.ratings ?? null,
      initialCheckpoint: recipe.initialCheckpoint ?? null,
    },
  };
}

/** The part of a recipe that may not change when a run resumes: everything but its numbers of epochs. */
function withoutLength({ epochs: _, pretraining, ...settings }: Recipe) {
  return { ...settings, pretraining: pretraining && { ...pretraining, epochs: 0 } };
}
