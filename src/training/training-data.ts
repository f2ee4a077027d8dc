/** What a run learns from: the data sets of its stages, and the indexes that keep its poems from copying them. */

import type { Checkpoint } from '../model/checkpoint.ts';
import type { CorpusIndexes } from '../model/save-checkpoint.ts';
import { Vocabulary } from '../model/vocabulary.ts';
import { verseLines } from '../poetry/verse-lines.ts';
import { LineIndex } from '../text-index/line-index.ts';
import { NgramFilter } from '../text-index/ngram-filter.ts';
import { type Corpus, CorpusError } from './corpus/corpus.ts';
import { Dataset } from './dataset.ts';
import { parallelTable } from './parallel-table.ts';
import type { Recipe } from './recipes.ts';
import { RatedDataset } from './reward/rated-dataset.ts';
import type { Ratings } from './reward/ratings.ts';

export interface TrainingData {
  readonly dataset: Dataset;
  /** In the vocabulary of `dataset`. */
  readonly pretraining: Dataset | null;
  /** Of the recipe's ratings. */
  readonly rated: RatedDataset | null;
  /** The hash of the corpus, and of the pretraining corpus and the ratings if there are any, joined by plus signs. */
  readonly hash: string;
}

/** Opens the data sets of a recipe. Throws `CorpusError` if one of the corpus's splits has no poems. */
export function openTrainingData(
  recipe: Recipe,
  corpus: Corpus,
  pretraining: Corpus | null,
  ratings: Ratings | null = null,
): TrainingData {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const { split } of corpus.poems) counts[split]++;
  for (const [split, count] of Object.entries(counts)) {
    if (count === 0)
      throw new CorpusError(`the corpus has no poems in its ${split} split: it is too small to train on`);
  }
  const training = corpus.poems.filter(({ split }) => split === 'train').map(({ text }) => text);
  const vocabulary = Vocabulary.build(training, recipe.minimumCount);
  const dataset = new Dataset(corpus.poems, vocabulary, recipe);
  const sources = [corpus, pretraining, ratings];
  return {
    dataset,
    pretraining:
      pretraining && new Dataset(pretraining.poems, vocabulary, { ...recipe, ...recipe.pretraining }),
    rated:
      recipe.ratings &&
      ratings &&
      new RatedDataset(ratings.poems, training, dataset, recipe.ratings, recipe.seed),
    hash: sources.flatMap((source) => (source ? [source.hash] : [])).join('+'),
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

/** The poems of a corpus in a checkpoint's vocabulary, to be scored. */
export function openHeldOutPoems({ vocabulary }: Pick<Checkpoint, 'vocabulary'>, corpus: Corpus): Dataset {
  return new Dataset(corpus.poems, vocabulary, { batchRows: 64, titleShare: 0, announcedShare: 0, seed: 0 });
}
