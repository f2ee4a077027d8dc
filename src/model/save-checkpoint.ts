/** Writes a trained model to disk. checkpoint.ts describes the folder and reads it. */

import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PART, writeAtomically } from '../system/atomic-write.ts';
import { type Architecture, countParameters, shapesOf, sizeOf } from './architecture.ts';
import type { Card } from './card.ts';
import { sealCard } from './card-checksum.ts';
import { CARD, readCard, sha256 } from './checkpoint.ts';
import { type Critic, criticShapes } from './critic.ts';
import { toHalf } from './half.ts';
import { type Reward, rewardShapes } from './reward.ts';
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
  readonly parallels?: ParallelTable;
}

/** A serialised `ParallelPairs`, and how many couplets it counts. */
export interface ParallelTable {
  readonly bytes: Uint8Array;
  readonly couplets: number;
}

/** The parts of the card that do not follow from the model. */
export type CardDetails = Pick<Card, 'recipe' | 'corpus' | 'training' | 'heldOut'> &
  Partial<Pick<Card, 'pretraining' | 'ratings'>>;

/** The kinds of files that a card names. A file name begins with its kind. */
const KINDS = ['weights', 'vocabulary', 'runs', 'lines', 'parallels', 'reward', 'critic'] as const;
type Kind = (typeof KINDS)[number];

/** Matches the files that may be removed if the card does not name them: old ones, and those of a killed writer. */
const STALE = new RegExp(`^(${KINDS.join('|')})-[0-9a-f]{8}\\.(bin|json)$|\\${PART}$`);

/**
 * Writes a checkpoint and returns its card. A reader sees the checkpoint before it or this one, never a mixture. Throws
 * a RangeError if a parameter does not have the size that the architecture gives it.
 */
export async function saveCheckpoint(folder: string, model: SavedModel, details: CardDetails): Promise<Card> {
  await mkdir(folder, { recursive: true });
  const { architecture, parameters, vocabulary, novelty, type } = model;
  const files = new Map<string, Uint8Array>();
  const add = (kind: Kind, extension: string, bytes: Uint8Array) => {
    const named = nameOf(kind, extension, bytes);
    files.set(named.file, bytes);
    return named;
  };
  const tensors = [...shapesOf(architecture)].map(([name, shape]) => ({ name, shape: [...shape] }));
  const vocabularyJson = JSON.stringify({ hanzi: vocabulary.hanzi.join(''), counts: vocabulary.counts });
  const card: Card = {
    format: 'shiren-checkpoint',
    version: 1,
    architecture,
    parameters: countParameters(architecture),
    weights: {
      ...add('weights', 'bin', tensorBytes(shapesOf(architecture), parameters, type)),
      type,
      tensors,
    },
    vocabulary: add('vocabulary', 'json', Buffer.from(`${vocabularyJson}\n`)),
    novelty: novelty
      ? { runs: add('runs', 'bin', novelty.ngrams), lines: add('lines', 'bin', novelty.lines) }
      : null,
    parallels: novelty?.parallels
      ? {
          ...add('parallels', 'bin', novelty.parallels.bytes),
          couplets: novelty.parallels.couplets,
        }
      : null,
    pretraining: null,
    ratings: null,
    average: null,
    // Both read the embedding, so new weights need new ones.
    reward: null,
    critic: null,
    ...details,
  };
  for (const [file, bytes] of files) await writeAtomically(join(folder, file), bytes);
  return replaceCard(folder, card);
}

/**
 * Gives a checkpoint other weights of the same architecture, and returns the new card. Its critic and reward model go: they
 * are of the old weights. A reader sees the checkpoint before it or after it. Throws `CheckpointError` if there is none.
 */
export async function replaceWeights(
  folder: string,
  parameters: ReadonlyMap<string, Float32Array>,
  details: Pick<Card, 'average' | 'heldOut'>,
): Promise<Card> {
  const before = await readCard(folder);
  const { type, tensors } = before.weights;
  const bytes = tensorBytes(shapesOf(before.architecture), parameters, type);
  const named = nameOf('weights', 'bin', bytes);
  await writeAtomically(join(folder, named.file), bytes);
  const weights = { ...named, type, tensors };
  return replaceCard(folder, { ...before, weights, reward: null, critic: null, ...details });
}

/** What the card says of a critic, besides its file. */
export type CriticDetails = Pick<NonNullable<Card['critic']>, 'poems' | 'heldOut'>;

/**
 * Adds a critic to a checkpoint, or replaces the one it has, and returns the new card. A reader sees the checkpoint with
 * the old critic or with the new one. Throws `CheckpointError` if there is no checkpoint.
 */
export async function saveCritic(folder: string, critic: Critic, details: CriticDetails): Promise<Card> {
  const before = await readCard(folder);
  const type = 'float16';
  const bytes = tensorBytes(criticShapes(critic.architecture), critic.parameters, type);
  const named = nameOf('critic', 'bin', bytes);
  await writeAtomically(join(folder, named.file), bytes);
  const { hidden } = critic.architecture;
  const wornPhrases = [...critic.wornPhrases];
  const entry = { ...named, type, hidden, ...details, wornPhrases } as const;
  const card: Card = { ...before, critic: entry };
  return replaceCard(folder, card);
}

/** What the card says of a reward model, besides its file. */
export type RewardDetails = Pick<NonNullable<Card['reward']>, 'poems' | 'lines' | 'heldOut'>;

/** Adds a reward model to a checkpoint, or replaces the one it has, and returns the new card. As {@link saveCritic}. */
export async function saveReward(folder: string, reward: Reward, details: RewardDetails): Promise<Card> {
  const before = await readCard(folder);
  const type = 'float32';
  const bytes = tensorBytes(rewardShapes(before.architecture), new Map(Object.entries(reward)), type);
  const named = nameOf('reward', 'bin', bytes);
  await writeAtomically(join(folder, named.file), bytes);
  return replaceCard(folder, { ...before, reward: { ...named, type, readsStates: true, ...details } });
}

/** Adds a table of parallel pairs to a checkpoint, or replaces the one it has, and returns the new card. As {@link saveCritic}. */
export async function saveParallels(folder: string, { bytes, couplets }: ParallelTable): Promise<Card> {
  const before = await readCard(folder);
  const named = nameOf('parallels', 'bin', bytes);
  await writeAtomically(join(folder, named.file), bytes);
  return replaceCard(folder, { ...before, parallels: { ...named, couplets } });
}

/**
 * Copies a checkpoint over the one in the folder `to`. A reader of `to` finds the old one or the new one. Throws
 * `CheckpointError` if there is none to copy.
 */
export async function copyCheckpoint(from: string, to: string): Promise<void> {
  const card = await readCard(from);
  await mkdir(to, { recursive: true });
  for (const file of filesOf(card)) await writeAtomically(join(to, file), await readFile(join(from, file)));
  await replaceCard(to, card);
}

/** True for the card, and for the files that cards name. */
export function belongsToCheckpoint(file: string): boolean {
  return file === CARD || STALE.test(file);
}

/** The name of a file, which contains its checksum. */
function nameOf(kind: Kind, extension: string, bytes: Uint8Array): { file: string; sha256: string } {
  const hash = sha256(bytes);
  return { file: `${kind}-${hash.slice(0, 8)}.${extension}`, sha256: hash };
}

/** Writes the card with its checksum, removes the files of the checkpoint that it does not name, and returns the card. */
async function replaceCard(folder: string, card: Card): Promise<Card> {
  const sealed = sealCard(card);
  await writeAtomically(join(folder, CARD), `${JSON.stringify(sealed, null, 2)}\n`);
  const named = filesOf(card);
  for (const file of await readdir(folder)) {
    if (STALE.test(file) && !named.includes(file)) await rm(join(folder, file), { force: true });
  }
  return sealed;
}

function filesOf({ weights, vocabulary, novelty, parallels, reward, critic }: Card): string[] {
  const entries = [weights, vocabulary, novelty?.runs, novelty?.lines, parallels, reward, critic];
  return entries.flatMap((entry) => (entry ? [entry.file] : []));
}

/** The values of all tensors in the stored type, in the order of `shapes`. */
function tensorBytes(
  shapes: ReadonlyMap<string, readonly number[]>,
  parameters: ReadonlyMap<string, Float32Array>,
  type: 'float32' | 'float16',
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, shape] of shapes) {
    const values = parameters.get(name);
    if (values?.length !== sizeOf(shape)) throw new RangeError(`${name} does not fit its shape`);
    const stored = type === 'float16' ? toHalf(values) : values;
    parts.push(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  }
  return Buffer.concat(parts);
}
