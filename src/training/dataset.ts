/** From poems to batches: token sequences by split, bucketed by length and shuffled by a seed. */

import { Random } from '../model/random.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { type Batch, makeBatch, type Sequence } from './batch.ts';
import type { Poem, Split } from './corpus/corpus.ts';

/** So many batches' worth of shuffled poems are sorted by length together: little padding, much chance. */
const BUCKET = 40;

/** How many predictions one pass over the training split learns from: every character, mark and end. */
export function predictionsPerEpoch(poems: readonly Poem[]): number {
  const training = poems.filter(({ split }) => split === 'train');
  return training.reduce((sum, { text }) => sum + [...text].length + 1, 0);
}

export interface DatasetOptions {
  readonly batchRows: number;
  /** The share of training poems that are shown behind their title. */
  readonly titleShare: number;
  readonly seed: number;
}

export class Dataset {
  readonly vocabulary: Vocabulary;
  readonly #poems: { readonly [split in Split]: readonly Poem[] };
  readonly #options: DatasetOptions;

  constructor(poems: readonly Poem[], vocabulary: Vocabulary, options: DatasetOptions) {
    this.vocabulary = vocabulary;
    this.#options = options;
    const of = (split: Split) => poems.filter((poem) => poem.split === split);
    this.#poems = { train: of('train'), validation: of('validation'), test: of('test') };
  }

  get trainingPoems(): number {
    return this.#poems.train.length;
  }

  get batchesPerEpoch(): number {
    return Math.ceil(this.#poems.train.length / this.#options.batchRows);
  }

  /** The batches of a training epoch: the same for the same seed and epoch, whatever came before. */
  *trainingEpoch(epoch: number): Generator<Batch> {
    const { batchRows, titleShare, seed } = this.#options;
    const random = new Random(seed ^ Math.imul(epoch + 1, 0x9e3779b1));
    const poems = random.shuffle([...this.#poems.train]);
    const sequences = poems.map((poem) => this.#sequence(poem, random.uniform() < titleShare));
    const batches: Sequence[][] = [];
    for (let start = 0; start < sequences.length; start += batchRows * BUCKET) {
      const bucket = sequences.slice(start, start + batchRows * BUCKET);
      bucket.sort((a, b) => a.tokens.length - b.tokens.length);
      for (let i = 0; i < bucket.length; i += batchRows) batches.push(bucket.slice(i, i + batchRows));
    }
    for (const batch of random.shuffle(batches)) yield makeBatch(batch);
  }

  /** All poems of a held-out split, without titles, by length. */
  *heldOut(split: 'validation' | 'test', batchRows = 128): Generator<Batch> {
    const sequences = [...this.sequences(split)];
    sequences.sort((a, b) => a.tokens.length - b.tokens.length);
    for (let i = 0; i < sequences.length; i += batchRows) yield makeBatch(sequences.slice(i, i + batchRows));
  }

  /** The poems of a split as token sequences, without titles, in the corpus's order. */
  *sequences(split: Split): Generator<Sequence> {
    for (const poem of this.#poems[split]) yield this.#sequence(poem, false);
  }

  #sequence(poem: Poem, titled: boolean): Sequence {
    const title = titled ? poem.title : '';
    const prefix = this.vocabulary.prefix(poem.form, title).length;
    return { tokens: this.vocabulary.encode(poem, title), prefix };
  }
}
