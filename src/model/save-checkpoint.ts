/** Writes a trained model to disk. checkpoint.ts describes the folder and reads it. */

import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PART, writeAtomically } from '../system/atomic-write.ts';
import { type Architecture, countParameters, shapesOf, sizeOf } from './architecture.ts';
import type { Card } from './card.ts';
import { CARD, sha256 } from './checkpoint.ts';
import { toHalf } from './half.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What {@link saveCheckpoint} writes, besides the details in the card. */
export interface SavedModel {
  readonly architecture: Architecture;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly vocabulary: Vocabulary;
  /** Type of the stored weights. */
  readonly type: 'float32' | 'float16';
  readonly novelty?: CorpusIndexes;
}

/** Serialised indexes of the training corpus. */
export interface CorpusIndexes {
  /** An `NgramFilter`. */
  readonly ngrams: Uint8Array;
  /** A `LineIndex`. */
  readonly lines: Uint8Array;
}

/** The parts of the card that do not follow from the model. */
export type CardDetails = Pick<Card, 'recipe' | 'corpus' | 'training' | 'heldOut'> &
  Partial<Pick<Card, 'pretraining'>>;

/** The kinds of files that a card names. A file name begins with its kind. */
const KINDS = ['weights', 'vocabulary', 'runs', 'lines'] as const;
type Kind = (typeof KINDS)[number];

/** Matches the files that may be removed if the card does not name them: old ones, and those of a killed writer. */
const STALE = new RegExp(`^(${KINDS.join('|')})-[0-9a-f]{8}\\.(bin|json)$|\\${PART}$`);

/**
 * Writes a checkpoint and returns its card. A reader sees the checkpoint before it or this one, never a mixture. Throws
 * a RangeError if a parameter does not have the size that the architecture gives it.
 */
export async function saveCheckpoint(folder: string, model: SavedModel, details: CardDetails): Promise<Card> {
  await mkdir(folder, { recursive: true });
  const { architecture, vocabulary, novelty, type } = model;
  const files = new Map<string, Uint8Array>();
  /** Adds a file whose name contains its checksum. */
  const add = (kind: Kind, extension: string, bytes: Uint8Array) => {
    const hash = sha256(bytes);
    const file = `${kind}-${hash.slice(0, 8)}.${extension}`;
    files.set(file, bytes);
    return { file, sha256: hash };
  };
  const tensors = [...shapesOf(architecture)].map(([name, shape]) => ({ name, shape: [...shape] }));
  const vocabularyJson = JSON.stringify({ hanzi: vocabulary.hanzi.join(''), counts: vocabulary.counts });
  const card: Card = {
    format: 'shiren-checkpoint',
    version: 1,
    architecture,
    parameters: countParameters(architecture),
    weights: { ...add('weights', 'bin', weightBytes(model)), type, tensors },
    vocabulary: add('vocabulary', 'json', Buffer.from(`${vocabularyJson}\n`)),
    novelty: novelty
      ? { runs: add('runs', 'bin', novelty.ngrams), lines: add('lines', 'bin', novelty.lines) }
      : null,
    pretraining: null,
    ...details,
  };
  for (const [file, bytes] of files) await writeAtomically(join(folder, file), bytes);
  await writeAtomically(join(folder, CARD), `${JSON.stringify(card, null, 2)}\n`);
  for (const file of await readdir(folder)) {
    if (STALE.test(file) && !files.has(file)) await rm(join(folder, file), { force: true });
  }
  return card;
}

/** The values of all parameters in the stored type, in the order of `shapesOf`. */
function weightBytes({ architecture, parameters, type }: SavedModel): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, shape] of shapesOf(architecture)) {
    const values = parameters.get(name);
    if (values?.length !== sizeOf(shape)) throw new RangeError(`${name} does not fit its shape`);
    const stored = type === 'float16' ? toHalf(values) : values;
    parts.push(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  }
  return Buffer.concat(parts);
}
