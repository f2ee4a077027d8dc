/**
 * A trained model on disk: a folder with a card (card.json), weights, vocabulary, and indexes of the training
 * corpus.
 *
 * The card is the commit: it names the other files, whose names carry their checksum. They are written
 * first, the card is renamed into place, and only then what the old card named is removed. So a reader finds
 * either the old checkpoint or the new one, wherever a writer was killed.
 */

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PART, writeWhole } from '../system/atomic-write.ts';
import { CHECKPOINT_NAME } from '../system/checkpoint-name.ts';
import { OperatorError } from '../system/operator-error.ts';
import { LineIndex } from '../text-index/line-index.ts';
import { RunIndex } from '../text-index/ngram-filter.ts';
import { type Architecture, countParameters, shapesOf } from './architecture.ts';
import { type Card, cardSchema, vocabularySchema } from './card.ts';
import { fromHalf, toHalf } from './half.ts';
import { Vocabulary } from './vocabulary.ts';

/** A model as plain arrays, on no engine yet. */
export interface Checkpoint {
  readonly name: string;
  readonly folder: string;
  readonly architecture: Architecture;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  readonly vocabulary: Vocabulary;
  readonly card: Card;
  /** Which runs of characters stand in the training corpus; null where the checkpoint keeps no index. */
  readonly runs: RunIndex | null;
}

/** A checkpoint that cannot be used; the message is one sentence that names the file. */
export class CheckpointError extends OperatorError {
  override readonly name = 'CheckpointError';
}

const CARD = 'card.json';
/** The files that a card names, by the beginning of their names. */
const KINDS = ['weights', 'vocabulary', 'runs', 'lines'] as const;
/** What may be removed once no card names it, and what a killed writer leaves. */
const STALE = new RegExp(`^(${KINDS.join('|')})-[0-9a-f]{8}\\.(bin|json)$|\\${PART}$`);

/**
 * The folder of a checkpoint under `root`. Throws {@link CheckpointError} for what is not a plain name, so that
 * no name leads out of the root.
 */
export function checkpointFolder(root: string, name: string): string {
  if (!CHECKPOINT_NAME.test(name)) {
    throw new CheckpointError(
      'a checkpoint name is letters, digits, dots, dashes and underscores, at most 64, and begins with a letter or digit',
    );
  }
  return join(root, name);
}

/** The checkpoints under `root` that have a readable card, by name. Where there is no root there are none. */
export async function listCheckpoints(root: string): Promise<{ name: string; card: Card }[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const found: { name: string; card: Card }[] = [];
  for (const entry of entries.filter((e) => e.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const card = await readCard(join(root, entry.name)).catch(() => null);
    if (card) found.push({ name: entry.name, card });
  }
  return found;
}

/** Throws {@link CheckpointError}. */
export async function readCard(folder: string): Promise<Card> {
  const path = join(folder, CARD);
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new CheckpointError(`there is no checkpoint at ${folder}: ${CARD} is missing`);
    }
    throw new CheckpointError(`${path} cannot be read: ${(error as Error).message}`);
  }
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
 * Reads a whole checkpoint and verifies checksums, the vocabulary's size and every shape. Throws
 * {@link CheckpointError}; nothing is half loaded.
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint> {
  for (;;) {
    const card = await readCard(folder);
    try {
      return await loadNamed(folder, card);
    } catch (error) {
      // A training run may have replaced the files between the card's reading and theirs: then its card is new too.
      const now = await readCard(folder);
      if (now.weights.sha256 === card.weights.sha256) throw error;
    }
  }
}

/** The checkpoint that a card names. */
async function loadNamed(folder: string, card: Card): Promise<Checkpoint> {
  const { architecture, weights } = card;
  const vocabulary = await readVocabulary(join(folder, card.vocabulary.file), card);
  const path = join(folder, weights.file);
  const expected = shapesOf(architecture);
  const named = new Map(weights.tensors.map(({ name, shape }) => [name, shape]));
  for (const [name, shape] of expected) {
    const found = named.get(name);
    if (found?.join() !== shape.join()) {
      throw new CheckpointError(
        `${join(folder, CARD)}: ${name} should be [${shape.join(', ')}] but is ${found ? `[${found.join(', ')}]` : 'missing'}`,
      );
    }
  }
  if (named.size !== expected.size || weights.tensors.length !== expected.size) {
    throw new CheckpointError(`${join(folder, CARD)} lists tensors that the architecture does not have`);
  }
  const bytes = await readVerified(path, weights.sha256);
  const width = weights.type === 'float16' ? 2 : 4;
  if (bytes.byteLength !== width * countParameters(architecture)) {
    throw new CheckpointError(
      `${path} has ${bytes.byteLength} bytes; its card's shapes need ${width * countParameters(architecture)}`,
    );
  }
  const parameters = new Map<string, Float32Array>();
  let offset = 0;
  for (const { name, shape } of weights.tensors) {
    const length = shape.reduce((a, b) => a * b, 1);
    // A copy, at an alignment that both types accept.
    const start = bytes.byteOffset + offset;
    const data = bytes.buffer.slice(start, start + width * length) as ArrayBuffer;
    const values = width === 2 ? fromHalf(new Uint16Array(data)) : new Float32Array(data);
    if (!values.every(Number.isFinite))
      throw new CheckpointError(`${path}: ${name} has values that are not numbers`);
    parameters.set(name, values);
    offset += width * length;
  }
  const runs = card.novelty && (await readIndex(RunIndex, folder, card.novelty.runs));
  return { name: basename(folder), folder, architecture, parameters, vocabulary, card, runs };
}

/**
 * The lines of the training corpus, which are read only where somebody asks for them; null where the checkpoint
 * keeps none. Throws {@link CheckpointError}.
 */
export async function loadLines(checkpoint: Pick<Checkpoint, 'folder' | 'card'>): Promise<LineIndex | null> {
  const { folder, card } = checkpoint;
  return card.novelty && (await readIndex(LineIndex, folder, card.novelty.lines));
}

/** What a card says that the files themselves do not. */
export type CardDetails = Pick<Card, 'recipe' | 'corpus' | 'training' | 'heldOut'> &
  Partial<Pick<Card, 'earlier'>>;

/** Serialised indexes of the training corpus. */
export interface NoveltyIndexes {
  readonly runs: Uint8Array;
  readonly lines: Uint8Array;
}

/** Writes a checkpoint; a reader sees the one before it or this one, never a mixture. Returns its card. */
export async function saveCheckpoint(
  folder: string,
  model: {
    readonly architecture: Architecture;
    readonly parameters: ReadonlyMap<string, Float32Array>;
    readonly vocabulary: Vocabulary;
    readonly type: 'float32' | 'float16';
    readonly novelty?: NoveltyIndexes;
  },
  details: CardDetails,
): Promise<Card> {
  await mkdir(folder, { recursive: true });
  const shapes = shapesOf(model.architecture);
  const parts: Uint8Array[] = [];
  for (const [name, shape] of shapes) {
    const values = model.parameters.get(name);
    if (values?.length !== shape.reduce((a, b) => a * b, 1))
      throw new RangeError(`${name} does not fit its shape`);
    const stored = model.type === 'float16' ? toHalf(values) : values;
    parts.push(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  }
  const files = new Map<string, Uint8Array>();
  /** Names a file by its content, to be written before the card. */
  const name = (kind: (typeof KINDS)[number], extension: string, bytes: Uint8Array) => {
    const hash = sha256(bytes);
    const file = `${kind}-${hash.slice(0, 8)}.${extension}`;
    files.set(file, bytes);
    return { file, sha256: hash };
  };
  const { novelty } = model;
  const card: Card = {
    format: 'shiren-checkpoint',
    version: 1,
    architecture: model.architecture,
    parameters: countParameters(model.architecture),
    weights: {
      ...name('weights', 'bin', Buffer.concat(parts)),
      type: model.type,
      tensors: [...shapes].map(([tensor, shape]) => ({ name: tensor, shape: [...shape] })),
    },
    vocabulary: name(
      'vocabulary',
      'json',
      Buffer.from(
        `${JSON.stringify({ hanzi: model.vocabulary.hanzi.join(''), counts: model.vocabulary.counts })}\n`,
      ),
    ),
    novelty: novelty
      ? { runs: name('runs', 'bin', novelty.runs), lines: name('lines', 'bin', novelty.lines) }
      : null,
    earlier: null,
    ...details,
  };
  for (const [file, bytes] of files) await writeWhole(join(folder, file), bytes);
  await writeWhole(join(folder, CARD), `${JSON.stringify(card, null, 2)}\n`);
  for (const file of await readdir(folder)) {
    if (STALE.test(file) && !files.has(file)) await rm(join(folder, file), { force: true });
  }
  return card;
}

async function readVocabulary(path: string, card: Card): Promise<Vocabulary> {
  const bytes = await readVerified(path, card.vocabulary.sha256);
  let vocabulary: Vocabulary;
  try {
    const { hanzi, counts } = vocabularySchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    vocabulary = new Vocabulary([...hanzi], counts);
  } catch (error) {
    throw new CheckpointError(`${path} is not a vocabulary: ${(error as Error).message}`);
  }
  if (vocabulary.size !== card.architecture.vocabulary) {
    throw new CheckpointError(
      `${path} has ${vocabulary.size} ids; the card's architecture has ${card.architecture.vocabulary}`,
    );
  }
  return vocabulary;
}

async function readIndex<T>(
  index: { parse(bytes: Uint8Array): T },
  folder: string,
  { file, sha256: expected }: { file: string; sha256: string },
): Promise<T> {
  const path = join(folder, file);
  const bytes = await readVerified(path, expected);
  try {
    return index.parse(bytes);
  } catch (error) {
    throw new CheckpointError(`${path} cannot be used: ${(error as Error).message}`);
  }
}

async function readVerified(path: string, expected: string): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new CheckpointError(
      `${path} ${missing ? 'is missing' : `cannot be read: ${(error as Error).message}`}`,
    );
  }
  if (sha256(bytes) !== expected)
    throw new CheckpointError(`${path} is damaged: its checksum is not the card's`);
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
