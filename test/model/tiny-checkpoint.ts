/** Writes small checkpoints with random weights, for tests of programs that load a checkpoint. */

import { join } from 'node:path';
import type { Architecture } from '../../src/model/architecture.ts';
import type { Card } from '../../src/model/card.ts';
import { saveCheckpoint } from '../../src/model/save-checkpoint.ts';
import { LineIndex } from '../../src/text-index/line-index.ts';
import { NgramFilter } from '../../src/text-index/ngram-filter.ts';
import { initialParameters } from '../../src/training/network/network.ts';
import { VOCABULARY } from './tiny-model.ts';

export interface TinyCheckpoint {
  readonly seed: number;
  readonly sizes?: Partial<Architecture>;
  /** Scores on the test split. */
  readonly test?: Card['heldOut']['test'];
  /** Lines of the training corpus to index. Without them, the checkpoint has no indexes. */
  readonly lines?: readonly string[];
}

/** Writes the checkpoint `name` into the folder `root`. */
export async function writeTinyCheckpoint(
  root: string,
  name: string,
  { seed, sizes = {}, test = null, lines }: TinyCheckpoint,
): Promise<void> {
  const architecture: Architecture = {
    cell: 'lstm',
    vocabulary: VOCABULARY.size,
    embedding: 12,
    hidden: 24,
    layers: 2,
    tied: true,
    ...sizes,
  };
  const novelty = lines && {
    ngrams: NgramFilter.build(lines).bytes,
    lines: LineIndex.build(lines).serialise(),
  };
  await saveCheckpoint(
    join(root, name),
    {
      architecture,
      parameters: initialParameters(architecture, seed),
      vocabulary: VOCABULARY,
      type: 'float32',
      ...(novelty ? { novelty } : {}),
    },
    {
      recipe: { name: 'none' },
      corpus: { source: 'none', sha256: '0'.repeat(64), poems: 0 },
      training: {
        steps: 0,
        epochs: 0,
        tokens: 0,
        seconds: 0,
        finished: true,
        engine: { name: 'none', device: 'none', version: '0' },
      },
      heldOut: { validation: null, test },
    },
  );
}
