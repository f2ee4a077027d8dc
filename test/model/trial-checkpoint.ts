/** A tiny checkpoint in a folder of its own, for tests of what is saved and loaded. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import type { Card } from '../../src/model/card.ts';
import { type CardDetails, saveCheckpoint } from '../../src/model/save-checkpoint.ts';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import { initialParameters } from '../../src/training/network/network.ts';

export const vocabulary = new Vocabulary([...'月日山水'], [9, 5, 5, 2]);
export const architecture: Architecture = {
  cell: 'lstm',
  vocabulary: vocabulary.size,
  embedding: 3,
  hidden: 4,
  layers: 2,
  tied: true,
};
export const details: CardDetails = {
  recipe: { name: 'trial' },
  corpus: { source: 'a test', sha256: '0'.repeat(64), poems: 3 },
  training: {
    steps: 1,
    epochs: 0.5,
    tokens: 10,
    seconds: 1,
    finished: false,
    engine: { name: 'cpu', device: 'a test', version: '1' },
  },
  heldOut: { validation: null, test: { tokens: 9, nll: 5, hanziPerplexity: 300, unknownShare: 0 } },
};

/** The folder of all checkpoints of one test. */
let root: string;
export const checkpoints = () => root;
export const folder = () => join(root, 'trial');
/** With other weights for each seed. */
export const save = (seed: number, type: 'float32' | 'float16' = 'float32'): Promise<Card> =>
  saveCheckpoint(
    folder(),
    { architecture, parameters: initialParameters(architecture, seed), vocabulary, type },
    details,
  );

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'shiren-'));
});
afterEach(() => rm(root, { recursive: true }));
