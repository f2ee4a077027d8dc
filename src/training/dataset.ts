/** From poems to batches: token sequences by split, bucketed by length and shuffled by a seed. */

import { Random } from '../model/random.ts';
import type { Prompt, Vocabulary } from '../model/vocabulary.ts';
import { verseLines } from '../poetry/verse-lines.ts';
import { type Batch, makeBatch, type Sequence } from './batch.ts';
import type { Poem, Split } from './corpus/corpus.ts';
import { themeOf } from './corpus/theme.ts';

/** So many batches' worth of shuffled poems are sorted by length together: little padding, much chance. */
const BUCKET = 40;

/** How many poems are shown with what before them. Shares are of training poems, from 0 to 1. */
export interface PromptShares {
  /** Shown behind their title, and the title learned too. Poems whose title says nothing of them have none. */
  readonly titleShare: number;
  /** Shown behind their opening or, as often, their lines' heads. */
  readonly announcedShare: number;
}

export interface DatasetOptions extends PromptShares {
  readonly batchRows: number;
  readonly seed: number;
}

/** How many predictions one pass over the training split learns from, on average: characters, marks, ends and titles. */
export function predictionsPerEpoch(
  poems: readonly Poem[],
  { titleShare }: Pick<PromptShares, 'titleShare'>,
): number {
  let predictions = 0;
  for (const { split, text, title } of poems) {
    if (split !== 'train') continue;
    predictions += [...text].length + 1;
    const theme = [...themeOf(title)];
    if (theme.length > 0) predictions += titleShare * (theme.length + 1);
  }
  return predictions;
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
    const { batchRows, seed } = this.#options;
    const random = new Random(seed ^ Math.imul(epoch + 1, 0x9e3779b1));
    const poems = random.shuffle([...this.#poems.train]);
    const sequences = poems.map((poem) => this.#drawSequence(poem, random));
    const batches: Sequence[][] = [];
    for (let start = 0; start < sequences.length; start += batchRows * BUCKET) {
      const bucket = sequences.slice(start, start + batchRows * BUCKET);
      bucket.sort((a, b) => a.tokens.length - b.tokens.length);
      for (let i = 0; i < bucket.length; i += batchRows) batches.push(bucket.slice(i, i + batchRows));
    }
    for (const batch of random.shuffle(batches)) yield makeBatch(batch);
  }

  /** All poems of a held-out split by length, alone or, where they have any, behind their titles, which are given. */
  *heldOut(
    split: 'validation' | 'test',
    titles: 'untitled' | 'titled' = 'untitled',
    batchRows = 128,
  ): Generator<Batch> {
    const sequences = [...this.sequences(split, titles)];
    sequences.sort((a, b) => a.tokens.length - b.tokens.length);
    for (let i = 0; i < sequences.length; i += batchRows) yield makeBatch(sequences.slice(i, i + batchRows));
  }

  /** The poems of a split as token sequences, in the corpus's order. */
  *sequences(split: Split, titles: 'untitled' | 'titled' = 'untitled'): Generator<Sequence> {
    for (const poem of this.#poems[split]) {
      const prompt = titles === 'titled' ? { title: themeOf(poem.title) } : {};
      const prefix = this.vocabulary.prefix(poem.form, prompt).length;
      yield { tokens: this.vocabulary.encode(poem, prompt), prefix };
    }
  }

  /** A poem as one epoch shows it; its title is predicted, where it has one. */
  #drawSequence(poem: Poem, random: Random): Sequence {
    const { titleShare, announcedShare } = this.#options;
    const title = random.uniform() < titleShare ? themeOf(poem.title) : '';
    const announced = random.uniform() < announcedShare ? announce(poem.text, random) : {};
    const prompt: Prompt = { ...announced, title };
    const { vocabulary } = this;
    const prefix = title
      ? vocabulary.announce(poem.form, prompt).length
      : vocabulary.prefix(poem.form, prompt).length;
    return { tokens: vocabulary.encode(poem, prompt), prefix };
  }
}

/** The most lines whose heads are announced. */
const MOST_HEADS = 16;

/** The opening of a poem, short ones most often, or its lines' heads. */
function announce(text: string, random: Random): Prompt {
  const lines = verseLines(text);
  if (random.uniform() < 0.5 && lines.length <= MOST_HEADS) {
    return { heads: lines.map((line) => [...line][0]).join('') };
  }
  const hanzi = [...(lines[0] ?? '')];
  const length = random.uniform() < 0.7 ? 1 + random.below(2) : 3 + random.below(6);
  return { opening: hanzi.slice(0, length).join('') };
}
