/** From poems to batches: token sequences of each split, shuffled by a seed, with sequences of similar length together. */

import { Random } from '../model/random.ts';
import type { Prompt, Vocabulary } from '../model/vocabulary.ts';
import { themeOf } from '../poetry/theme.ts';
import { verseLines } from '../poetry/verse-lines.ts';
import { type Batch, batchesByLength, makeBatch, type Sequence } from './batch.ts';
import type { CorpusPoem, Split } from './corpus/corpus.ts';

/** Batches in a bucket of {@link batchesByLength}. */
const BUCKET = 40;

/** How many poems have a prompt before them in training. Shares are of the training poems, from 0 to 1. */
export interface PromptShares {
  /** Poems that come after their title; the title is learned too. A title without a theme (see `themeOf`) is left out. */
  readonly titleShare: number;
  /** Poems that come after their opening or, as often, after the first characters of their lines. */
  readonly announcedShare: number;
}

export interface DatasetOptions extends PromptShares {
  readonly batchRows: number;
  readonly seed: number;
}

/** The mean number of predictions in one pass over the training split: characters, marks, ends and titles. */
export function predictionsPerEpoch(
  poems: readonly CorpusPoem[],
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
  readonly #poems: { readonly [split in Split]: readonly CorpusPoem[] };
  readonly #options: DatasetOptions;

  constructor(poems: readonly CorpusPoem[], vocabulary: Vocabulary, options: DatasetOptions) {
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

  /** The batches of a training epoch. They depend on the seed and the number of the epoch only. */
  *trainingEpoch(epoch: number): Generator<Batch> {
    const { batchRows, seed } = this.#options;
    const random = new Random(seed ^ Math.imul(epoch + 1, 0x9e3779b1));
    const poems = random.shuffle([...this.#poems.train]);
    const sequences = poems.map((poem) => this.#drawSequence(poem, random));
    for (const batch of random.shuffle(batchesByLength(sequences, batchRows, BUCKET))) yield makeBatch(batch);
  }

  /** All poems of a held-out split, sorted by length. `titled`: after their titles, which are not predicted. */
  *heldOut(
    split: 'validation' | 'test',
    titles: 'untitled' | 'titled' = 'untitled',
    batchRows = 128,
  ): Generator<Batch> {
    const sequences = [...this.sequences(split, titles)];
    for (const batch of batchesByLength(sequences, batchRows, sequences.length)) yield makeBatch(batch);
  }

  /** The poems of a split as token sequences, in the order of the corpus. */
  *sequences(split: Split, titles: 'untitled' | 'titled' = 'untitled'): Generator<Sequence> {
    for (const poem of this.#poems[split]) {
      const prompt = titles === 'titled' ? { title: themeOf(poem.title) } : {};
      const prefix = this.vocabulary.prefix(poem.form, prompt).length;
      yield { tokens: this.vocabulary.encode(poem, prompt), prefix };
    }
  }

  /** A poem with the prompt that it has in one epoch. A title is predicted; an opening or heads are not. */
  #drawSequence(poem: CorpusPoem, random: Random): Sequence {
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

/** A poem of more lines is never announced by its heads. */
const MOST_HEADS = 16;

/** Half the time the heads of a poem's lines; otherwise its opening, of one or two characters most often. */
function announce(text: string, random: Random): Prompt {
  const lines = verseLines(text);
  if (random.uniform() < 0.5 && lines.length <= MOST_HEADS) {
    return { heads: lines.map((line) => [...line][0]).join('') };
  }
  const hanzi = [...(lines[0] ?? '')];
  const length = random.uniform() < 0.7 ? 1 + random.below(2) : 3 + random.below(6);
  return { opening: hanzi.slice(0, length).join('') };
}
