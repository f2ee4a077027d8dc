/**
 * Builds the table of parallel pairs from the training poems. Tradition asks that the two middle couplets of a 律詩 be
 * parallel, so those are counted, and no others.
 */

import type { ParallelTable } from '../model/save-checkpoint.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { verseLines } from '../poetry/verse-lines.ts';
import { ParallelPairs } from '../text-index/parallel-pairs.ts';
import type { Corpus } from './corpus/corpus.ts';

export function parallelTable(corpora: readonly Corpus[], vocabulary: Vocabulary): ParallelTable {
  const couplets = corpora.flatMap(middleCouplets);
  return { bytes: ParallelPairs.build(couplets, vocabulary.hanzi).bytes, couplets: couplets.length };
}

/** The third and fourth lines, and the fifth and sixth, of each 律詩 of the training split. */
export function middleCouplets({ poems }: Corpus): [string, string][] {
  return poems
    .filter(({ split, form }) => split === 'train' && (form === 'wulv' || form === 'qilv'))
    .flatMap(({ text }): [string, string][] => {
      const [, , third, fourth, fifth, sixth] = verseLines(text);
      if (!third || !fourth || !fifth || !sixth) return [];
      return [
        [third, fourth],
        [fifth, sixth],
      ];
    });
}
