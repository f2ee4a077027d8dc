/** What a run learns from: the data sets of its stages, and the indexes that keep its poems from copying them. */

import type { CorpusIndexes } from '../model/save-checkpoint.ts';
import { Vocabulary } from '../model/vocabulary.ts';
import { verseLines } from '../poetry/verse-lines.ts';
import { LineIndex } from '../text-index/line-index.ts';
import { NgramFilter } from '../text-index/ngram-filter.ts';
import { type Corpus, CorpusError } from './corpus/corpus.ts';
import { Dataset } from './dataset.ts';
import { parallelTable } from './parallel-table.ts';
import type { Recipe } from './recipes.ts';

export interface TrainingData {
  readonly dataset: Dataset;
  /** In the vocabulary of `dataset`. */
  readonly pretraining: Dataset | null;
  /** The hash of the corpus. With pretraining: the hashes of both corpora, joined by a plus sign. */
  readonly hash: string;
}

/** Opens the data sets of a recipe. Throws `CorpusError` if one of the corpus's splits has no poems. */
export function openTrainingData(recipe: Recipe, corpus: Corpus, pretraining: Corpus | null): TrainingData {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const { split } of corpus.poems) counts[split]++;
  for (const [split, count] of Object.entries(counts)) {
    if (count === 0)
      throw new CorpusError(`the corpus has no poems in its ${split} split: it is too small to train on`);
  }
  const training = corpus.poems.filter(({ split }) => split === 'train').map(({ text }) => text);
  const vocabulary = Vocabulary.build(training, recipe.minimumCount);
  return {
    dataset: new Dataset(corpus.poems, vocabulary, recipe),
    pretraining:
      pretraining && new Dataset(pretraining.poems, vocabulary, { ...recipe, ...recipe.pretraining }),
    hash: pretraining ? `${corpus.hash}+${pretraining.hash}` : corpus.hash,
  };
}

/**
 * Indexes of the training poems: the n-grams of both corpora, which decoding avoids, the lines of the corpus itself,
 * among which the bot looks for the nearest, and what stands opposite what in the couplets of both.
 */
export function buildCorpusIndexes(
  corpus: Corpus,
  pretraining: Corpus | null,
  vocabulary: Vocabulary,
): CorpusIndexes {
  const lines = trainingLines(corpus);
  const pretrainingLines = pretraining ? trainingLines(pretraining) : [];
  return {
    ngrams: NgramFilter.build([...lines, ...pretrainingLines]).bytes,
    lines: LineIndex.build(lines).serialise(),
    parallels: parallelTable(pretraining ? [corpus, pretraining] : [corpus], vocabulary),
  };
}

function trainingLines({ poems }: Corpus): string[] {
  return poems.filter(({ split }) => split === 'train').flatMap(({ text }) => verseLines(text));
}
