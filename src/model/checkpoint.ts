/**
 * Reads a trained model from disk. A checkpoint is a folder with a card (card.json), weights, a vocabulary, two indexes
 * of the training corpus, and perhaps a table of parallel pairs and a critic. save-checkpoint.ts writes it.
 *
 * The card names the other files, and their names contain their checksums. A writer first writes these files, then
 * replaces the card, then removes the files of the old card. So a reader finds either the old checkpoint or the new one,
 * even if the writer was killed.
 */

import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { CHECKPOINT_NAME } from '../system/checkpoint-name.ts';
import { messageOf } from '../system/message-of.ts';
import { OperatorError } from '../system/operator-error.ts';
import { repositoryRoot } from '../system/package-root.ts';
import { LineIndex } from '../text-index/line-index.ts';
import { NgramFilter } from '../text-index/ngram-filter.ts';
import { ParallelPairs } from '../text-index/parallel-pairs.ts';
import { type Architecture, shapesOf, sizeOf, valuesOf } from './architecture.ts';
import { type Card, cardSchema, vocabularySchema } from './card.ts';
import { isSealIntact } from './card-checksum.ts';
import { readCheckpointFile } from './checkpoint-file.ts';
import { type Critic, criticShapes } from './critic.ts';
import { fromHalf } from './half.ts';
import { type Reward, rewardShapes } from './reward.ts';
import { Vocabulary } from './vocabulary.ts';

/** A model as plain arrays. It is not loaded on an engine yet. */
export interface Checkpoint {
  readonly name: string;
  readonly folder: string;
  readonly architecture: Architecture;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly vocabulary: Vocabulary;
  readonly card: Card;
  /** The n-grams of the training corpus. Null if the checkpoint has no index of them. */
  readonly ngrams: NgramFilter | null;
  /** What stands opposite what in couplets. Null if the checkpoint has no table of it. */
  readonly parallels: ParallelPairs | null;
  /** Null if no reward model was fitted for this checkpoint. */
  readonly reward: Reward | null;
  /** Null if no critic was trained for this checkpoint. */
  readonly critic: Critic | null;
}

/** A checkpoint that cannot be used. The message is one sentence that names the file. */
export class CheckpointError extends OperatorError {
  override readonly name = 'CheckpointError';
}

/** File name of the card. */
export const CARD = 'card.json';

/** The folder of all checkpoints: the CHECKPOINTS variable, relative to the repository. */
export function checkpointsRoot(): string {
  return resolve(repositoryRoot(), process.env.CHECKPOINTS || 'checkpoints');
}

/**
 * The folder of a checkpoint under `root`. Throws {@link CheckpointError} if `name` is not a plain file name, so no
 * name leads out of the root.
 */
export function checkpointFolder(root: string, name: string): string {
  if (!CHECKPOINT_NAME.test(name)) {
    throw new CheckpointError(
      'a checkpoint name is letters, digits, dots, dashes and underscores, at most 64, and begins with a letter or digit',
    );
  }
  return join(root, name);
}

/** The checkpoints under `root` that have a valid card, sorted by name. Empty if `root` does not exist. */
export async function listCheckpoints(root: string): Promise<{ name: string; card: Card }[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const found: { name: string; card: Card }[] = [];
  for (const entry of entries.filter((e) => e.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const card = await readCard(join(root, entry.name)).catch(() => null);
    if (card) found.push({ name: entry.name, card });
  }
  return found;
}

/** Reads and validates the card in a checkpoint's folder. Throws {@link CheckpointError}. */
export async function readCard(folder: string): Promise<Card> {
  const path = join(folder, CARD);
  let json: unknown;
  try {
    json = JSON.parse((await readCheckpointFile(folder, CARD)).toString('utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new CheckpointError(`there is no checkpoint at ${folder}: ${CARD} is missing`);
    }
    throw new CheckpointError(`${path} cannot be read: ${messageOf(error)}`);
  }
  if (!isSealIntact(json)) throw new CheckpointError(`${path} is damaged: its checksum does not match`);
  const card = cardSchema.safeParse(json);
  if (!card.success) {
    const issue = card.error.issues[0];
    throw new CheckpointError(
      `${path} is not a checkpoint card: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  return card.data;
}

/**
 * Reads a whole checkpoint. Verifies the checksums, the size of the vocabulary and the shape of every tensor. Throws
 * {@link CheckpointError}.
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint> {
  for (;;) {
    const card = await readCard(folder);
    try {
      return await loadFilesOf(folder, card);
    } catch (error) {
      // A training run may have replaced the files after we read the card. In that case the card is new too: try again.
      const now = await readCard(folder);
      const files = ({ weights, parallels, reward, critic }: Card) =>
        [weights, parallels, reward, critic].map((named) => named?.sha256).join();
      if (files(now) === files(card)) throw error;
    }
  }
}

/**
 * Reads the lines of the training corpus. They are not part of {@link loadCheckpoint}, because few programs need them.
 * Null if the checkpoint has no index of them. Throws {@link CheckpointError}.
 */
export async function loadLines(checkpoint: Pick<Checkpoint, 'folder' | 'card'>): Promise<LineIndex | null> {
  const { folder, card } = checkpoint;
  return card.novelty && (await readIndex(LineIndex, folder, card.novelty.lines));
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function loadFilesOf(folder: string, card: Card): Promise<Checkpoint> {
  const vocabulary = await readVocabulary(folder, card);
  requireShapes(join(folder, CARD), card);
  const { architecture } = card;
  const parameters = await readParameters(folder, shapesOf(architecture), card.weights);
  const ngrams = card.novelty && (await readIndex(NgramFilter, folder, card.novelty.runs));
  const parallels = card.parallels && (await readIndex(ParallelPairs, folder, card.parallels));
  const reward = card.reward && (await readReward(folder, architecture, card.reward));
  const critic = card.critic && (await readCritic(folder, architecture, card.critic));
  const name = basename(folder);
  const judges = { reward, critic };
  return { name, folder, architecture, parameters, vocabulary, card, ngrams, parallels, ...judges };
}

async function readVocabulary(folder: string, card: Card): Promise<Vocabulary> {
  const path = join(folder, card.vocabulary.file);
  const bytes = await readVerified(folder, card.vocabulary);
  let vocabulary: Vocabulary;
  try {
    const { hanzi, counts } = vocabularySchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    vocabulary = new Vocabulary([...hanzi], counts);
  } catch (error) {
    throw new CheckpointError(`${path} is not a vocabulary: ${messageOf(error)}`);
  }
  if (vocabulary.size !== card.architecture.vocabulary) {
    throw new CheckpointError(
      `${path} has ${vocabulary.size} ids; the card's architecture has ${card.architecture.vocabulary}`,
    );
  }
  return vocabulary;
}

/** Throws if the card's tensors are not exactly those of its architecture. */
function requireShapes(path: string, { architecture, weights }: Card): void {
  const expected = shapesOf(architecture);
  const listed = new Map(weights.tensors.map(({ name, shape }) => [name, shape]));
  for (const [name, shape] of expected) {
    const found = listed.get(name);
    if (found?.join() !== shape.join()) {
      throw new CheckpointError(
        `${path}: ${name} should be [${shape.join(', ')}] but is ${found ? `[${found.join(', ')}]` : 'missing'}`,
      );
    }
  }
  if (listed.size !== expected.size || weights.tensors.length !== expected.size) {
    throw new CheckpointError(`${path} lists tensors that the architecture does not have`);
  }
}

async function readReward(
  folder: string,
  architecture: Architecture,
  card: NonNullable<Card['reward']>,
): Promise<Reward> {
  const shapes = new Map(rewardShapes(architecture));
  if (!card.readsStates) shapes.delete('state');
  const values = await readParameters(folder, shapes, card);
  const state = values.get('state') ?? new Float32Array(architecture.hidden);
  return { tokens: valuesOf(values, 'tokens'), state };
}

async function readCritic(
  folder: string,
  { vocabulary, embedding }: Architecture,
  card: NonNullable<Card['critic']>,
): Promise<Critic> {
  const architecture = { vocabulary, embedding, hidden: card.hidden };
  const parameters = await readParameters(folder, criticShapes(architecture), card);
  return { architecture, parameters, wornPhrases: card.wornPhrases };
}

/** Reads tensors that lie in a file one after the other, in the order of `shapes`. */
async function readParameters(
  folder: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  stored: NamedFile & { readonly type: 'float32' | 'float16' },
): Promise<Map<string, Float32Array>> {
  const path = join(folder, stored.file);
  const bytes = await readVerified(folder, stored);
  const width = stored.type === 'float16' ? 2 : 4;
  let needed = 0;
  for (const shape of shapes.values()) needed += width * sizeOf(shape);
  if (bytes.byteLength !== needed) {
    throw new CheckpointError(`${path} has ${bytes.byteLength} bytes; its card's shapes need ${needed}`);
  }
  const parameters = new Map<string, Float32Array>();
  let offset = 0;
  for (const [name, shape] of shapes) {
    const length = sizeOf(shape);
    // The copy has a buffer of its own, which is aligned for both types.
    const { buffer } = new Uint8Array(bytes.subarray(offset, offset + width * length));
    const values = width === 2 ? fromHalf(new Uint16Array(buffer)) : new Float32Array(buffer);
    if (!values.every(Number.isFinite)) {
      throw new CheckpointError(`${path}: ${name} has values that are not numbers`);
    }
    parameters.set(name, values);
    offset += width * length;
  }
  return parameters;
}

async function readIndex<T>(
  index: { parse(bytes: Uint8Array): T },
  folder: string,
  named: NamedFile,
): Promise<T> {
  const path = join(folder, named.file);
  const bytes = await readVerified(folder, named);
  try {
    return index.parse(bytes);
  } catch (error) {
    throw new CheckpointError(`${path} cannot be used: ${messageOf(error)}`);
  }
}

/** A file as the card names it. */
type NamedFile = Pick<Card['vocabulary'], 'file' | 'sha256'>;

async function readVerified(folder: string, { file, sha256: expected }: NamedFile): Promise<Uint8Array> {
  const path = join(folder, file);
  let bytes: Uint8Array;
  try {
    bytes = await readCheckpointFile(folder, file);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CheckpointError(`${path} ${missing ? 'is missing' : `cannot be read: ${messageOf(error)}`}`);
  }
  if (sha256(bytes) !== expected) {
    throw new CheckpointError(`${path} is damaged: its checksum is not the card's`);
  }
  return bytes;
}
