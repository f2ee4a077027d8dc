/** A tiny checkpoint in a folder of its own, for tests of what is saved and loaded. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Card } from '../../src/model/card.ts';
import { type CardDetails, saveCheckpoint } from '../../src/model/save-checkpoint.ts';
import { initialParameters } from '../../src/training/network/network.ts';
import { architecture, vocabulary } from './trial-network.ts';

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
