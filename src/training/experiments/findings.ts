/** Measures what docs/experiments.md shows, from checkpoints, their logs and the corpus. Returns plain data. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Card, HeldOutScores } from '../../model/card.ts';
import {
  type Checkpoint,
  CheckpointError,
  checkpointFolder,
  loadCheckpoint,
} from '../../model/checkpoint.ts';
import { FORMS, type FormName } from '../../poetry/form.ts';
import { type Corpus, CorpusError, type CorpusPoem } from '../corpus/corpus.ts';
import type { LogEntry } from '../curve.ts';
import { Dataset } from '../dataset.ts';
import { scoreTrigram } from '../evaluation.ts';
import { initialParameters, toTensors } from '../network/network.ts';
import { DECODINGS, type Decoding, decode, FORM } from './decodings.ts';
import { UNKNOWN } from './free-generation.ts';
import { type GradientNorm, gradientNorms } from './gradient-flow.ts';
import { type Repetition, repetitionOf } from './repetition.ts';

/** The seven heads of the student report, in traditional script. */
export const HEADS = ['日', '紅', '山', '夜', '湖', '海', '月'] as const;

/** The form of the poems for the gradients: 64 characters and marks, the longest regulated form. */
const LONG_FORM = 'qilv';
const GRADIENT_POEMS = 100;

export interface FindingsOptions {
  /** The folder of all checkpoints. */
  readonly root: string;
  /** The names of the checkpoints to compare, in the order of the page. */
  readonly names: readonly string[];
  readonly corpus: Corpus;
  /** The number of openings for each decoding; fewer if the test split has fewer different ones. */
  readonly poems: number;
  /** The seed of the poem for the first head. Each further head has the next seed. */
  readonly seed: number;
  readonly onProgress: (what: string) => void;
}

export interface DecodingFindings {
  readonly decoding: Decoding;
  readonly repetition: Repetition;
  /** Share of poems that were not cut off. */
  readonly ended: number;
  /** Share of poems that contain the token for unknown characters. */
  readonly unknown: number;
  readonly tokensPerSecond: number;
  /** The poems for the heads, in their order. */
  readonly poems: readonly string[];
}

export interface RunFindings {
  readonly name: string;
  readonly card: Card;
  readonly log: readonly LogEntry[];
  /** Before the first step of training, and after the last. */
  readonly gradients: {
    readonly initial: readonly GradientNorm[];
    readonly trained: readonly GradientNorm[];
  };
  readonly decodings: readonly DecodingFindings[];
}

export interface Findings {
  readonly seed: number;
  /** The number of poems over which the gradients are a mean. */
  readonly gradientPoems: number;
  /** The number of poems of each decoding. */
  readonly openings: number;
  readonly runs: readonly RunFindings[];
  /** The Kneser-Ney trigram on the same test split. */
  readonly trigram: HeldOutScores;
  /** The test poems of people, in the form of all poems. */
  readonly people: Repetition;
}

/**
 * Measures on the engine of this thread. Throws a {@link CheckpointError} if a checkpoint is missing or damaged, has no
 * log, or was trained on another corpus; throws a `CorpusError` if the corpus lacks a form that is compared.
 */
export async function gatherFindings(options: FindingsOptions): Promise<Findings> {
  const { corpus, onProgress } = options;
  const loaded: Loaded[] = [];
  for (const name of options.names) loaded.push(await open(options.root, name, corpus));
  const [first] = loaded;
  if (!first) throw new RangeError('there are no checkpoints to compare');
  const openings = differentOpenings(corpus, options.poems);
  const long = testPoems(corpus, LONG_FORM).slice(0, GRADIENT_POEMS);
  const people = testPoems(corpus, FORM);

  const runs: RunFindings[] = [];
  for (const each of loaded) runs.push(await measureRun(each, openings, long, options));
  onProgress('trigram');
  const dataset = new Dataset(corpus.poems, first.checkpoint.vocabulary, {
    batchRows: 1,
    titleShare: 0,
    announcedShare: 0,
    seed: 0,
  });
  return {
    seed: options.seed,
    gradientPoems: long.length,
    openings: openings.length,
    runs,
    trigram: scoreTrigram(dataset),
    people: repetitionOf(people.map(({ text }) => text)),
  };
}

/** Measures one checkpoint: its gradients on the poems `long`, and poems of every decoding. */
async function measureRun(
  { checkpoint, log }: Loaded,
  openings: readonly string[],
  long: readonly CorpusPoem[],
  { onProgress, seed }: FindingsOptions,
): Promise<RunFindings> {
  const { name, card, architecture, vocabulary } = checkpoint;
  onProgress(`${name}: gradients`);
  // The last two tokens, a mark and the end, are cut off, so that the loss is that of the last hanzi.
  const sequences = long.map((poem) => vocabulary.encode(poem).slice(0, -2));
  const initial = initialParameters(architecture, Number(card.recipe.seed ?? 1));
  const gradients = {
    initial: await normsOf(checkpoint, initial, sequences),
    trained: await normsOf(checkpoint, checkpoint.parameters, sequences),
  };
  const decodings: DecodingFindings[] = [];
  for (const decoding of DECODINGS) {
    onProgress(`${name}: ${decoding.name}`);
    decodings.push(await measureDecoding(checkpoint, decoding, openings, seed));
  }
  return { name, card, log, gradients, decodings };
}

interface Loaded {
  readonly checkpoint: Checkpoint;
  readonly log: LogEntry[];
}

async function open(root: string, name: string, corpus: Corpus): Promise<Loaded> {
  const folder = checkpointFolder(root, name);
  const checkpoint = await loadCheckpoint(folder);
  if (checkpoint.card.corpus.sha256 !== corpus.hash) {
    throw new CheckpointError(`${folder} was trained on another corpus: its test poems are not these`);
  }
  const path = join(folder, 'train.jsonl');
  const text = await readFile(path, 'utf8').catch(() => '');
  const log = text
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as LogEntry);
  if (log.length === 0) throw new CheckpointError(`${path} has no evaluations to draw a curve of`);
  return { checkpoint, log };
}

/** Throws a `CorpusError` if there are none. */
function testPoems(corpus: Corpus, form: FormName): CorpusPoem[] {
  const poems = corpus.poems.filter((poem) => poem.split === 'test' && poem.form === form);
  if (poems.length === 0) throw new CorpusError(`the corpus has no ${FORMS[form].title} in its test split`);
  return poems;
}

/** The different first characters of the test poems, in the order of the corpus. */
function differentOpenings(corpus: Corpus, count: number): string[] {
  const firsts = corpus.poems
    .filter(({ split }) => split === 'test')
    .flatMap(({ text }) => [...text].slice(0, 1));
  return [...new Set(firsts)].slice(0, count);
}

async function normsOf(
  { architecture }: Checkpoint,
  parameters: ReadonlyMap<string, Float32Array>,
  sequences: readonly number[][],
): Promise<GradientNorm[]> {
  const tensors = toTensors(architecture, parameters);
  try {
    return await gradientNorms(architecture, tensors, sequences);
  } finally {
    for (const tensor of Object.values(tensors)) tensor.dispose();
  }
}

async function measureDecoding(
  checkpoint: Checkpoint,
  decoding: Decoding,
  openings: readonly string[],
  seed: number,
): Promise<DecodingFindings> {
  const { poems, tokensPerSecond } = await decode(checkpoint, decoding, openings, seed);
  const shown = await decode(checkpoint, decoding, HEADS, seed);
  const share = (holds: (poem: (typeof poems)[number]) => boolean) =>
    poems.filter(holds).length / poems.length;
  return {
    decoding,
    repetition: repetitionOf(poems.map(({ text }) => text)),
    ended: share(({ ended }) => ended),
    unknown: share(({ text }) => text.includes(UNKNOWN)),
    tokensPerSecond,
    poems: shown.poems.map(({ text }) => text),
  };
}
