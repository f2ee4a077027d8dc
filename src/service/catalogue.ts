/** Summaries of checkpoints, from their cards. */

import type { Card } from '../model/card.ts';
import { listCheckpoints } from '../model/checkpoint.ts';
import type { CheckpointSummary } from './inference.ts';

export function summaryOf(name: string, card: Card): CheckpointSummary {
  const { cell, layers, vocabulary, embedding, hidden } = card.architecture;
  return {
    name,
    cell,
    layers,
    vocabulary,
    embedding,
    hidden,
    parameters: card.parameters,
    nll: card.heldOut.test?.nll ?? null,
    hanziPerplexity: card.heldOut.test?.hanziPerplexity ?? null,
    parallels: card.parallels !== null,
    corpus: { source: card.corpus.source, poems: card.corpus.poems },
  };
}

/** The checkpoints on disk, sorted by name. */
export async function readCatalogue(root: string): Promise<CheckpointSummary[]> {
  return (await listCheckpoints(root)).map(({ name, card }) => summaryOf(name, card));
}
