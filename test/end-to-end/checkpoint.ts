/** Checkpoints with random weights, on disk: enough to serve from, whatever ships. */

import { join } from 'node:path';
import { saveCheckpoint } from '../../src/model/checkpoint.ts';
import { type Architecture, initialParameters } from '../../src/model/network.ts';
import { VOCABULARY } from '../model/tiny-model.ts';

export async function writeCheckpoint(
  root: string,
  name: string,
  { seed = 1, hidden = 24 } = {},
): Promise<void> {
  const architecture: Architecture = {
    cell: 'lstm',
    vocabulary: VOCABULARY.size,
    embedding: 12,
    hidden,
    layers: 2,
    tied: true,
  };
  await saveCheckpoint(
    join(root, name),
    {
      architecture,
      parameters: initialParameters(architecture, seed),
      vocabulary: VOCABULARY,
      type: 'float32',
    },
    {
      recipe: { name: 'none' },
      corpus: { source: 'nothing at all', sha256: '0'.repeat(64), poems: 0 },
      training: {
        steps: 0,
        epochs: 0,
        tokens: 0,
        seconds: 0,
        finished: true,
        engine: { name: 'none', device: 'none', version: '0' },
      },
      heldOut: {
        validation: null,
        test: { tokens: 1, nll: 5.25, hanziPerplexity: 412.5, unknownShare: 0 },
      },
    },
  );
}
