/** The weights of a checkpoint, as the beginning of another run. */

import { isDeepStrictEqual } from 'node:util';
import type { Card } from '../model/card.ts';
import { type Checkpoint, CheckpointError } from '../model/checkpoint.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import type { Recipe } from './recipes.ts';
import type { TrainerState } from './trainer.ts';

/** What a run and its card say of the weights that the run began with. */
export type InitialWeights = NonNullable<Card['training']['initial']>;

/**
 * The state before the first step of a run that begins with the weights of `checkpoint`. Throws `CheckpointError` if the
 * checkpoint has other sizes or another vocabulary than the recipe and its corpus.
 */
export function initialState(
  checkpoint: Checkpoint,
  recipe: Recipe,
  vocabulary: Vocabulary,
): { readonly state: TrainerState; readonly initial: InitialWeights } {
  const { name, architecture, parameters, card } = checkpoint;
  if (!isDeepStrictEqual(architecture, { ...recipe.architecture, vocabulary: vocabulary.size })) {
    throw new CheckpointError(
      `${name} has other sizes than the recipe ${recipe.name}, so it cannot go on from it`,
    );
  }
  if (!isDeepStrictEqual(checkpoint.vocabulary.hanzi, vocabulary.hanzi)) {
    throw new CheckpointError(`${name} was trained on another corpus: its vocabulary is another one`);
  }
  const { tokens, initial } = card.training;
  return {
    state: { step: 0, parameters, slots: new Map() },
    initial: { name, weights: card.weights.sha256, tokens: tokens + (initial?.tokens ?? 0) },
  };
}
