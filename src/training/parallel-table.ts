/**
 * Builds the table of parallel pairs from the training poems. Tradition asks that the two middle couplets of a 律詩 be
 * parallel, so those are counted, and no others.
 */

import type { ParallelTable } from '../model/save-checkpoint.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { verseLines } from '../poetry/verse-lines.ts';
import { ParallelPairs } from '../text-index/parallel-pairs.ts';
import type { Corpus, Split } from './corpus/corpus.ts';

export function parallelTable(corpora: readonly Corpus[], vocabulary: Vocabulary): ParallelTable {
  const couplets = corpora.flatMap((corpus) => middleCouplets(corpus, 'train'));
  return { bytes: ParallelPairs.build(couplets, vocabulary.hanzi).bytes, couplets: couplets.length };
}

/** The third and fourth lines, and the fifth and sixth, of each 律詩 of a split. */
export function middleCouplets({ poems }: Corpus, wanted: Split): [string, string][] {
  return poems
    .filter(({ split, form }) => split === wanted && (form === 'wulv' || form === 'qilv'))
    .flatMap(({ text }): [string, string][] => {
      const [, , third, fourth, fifth, sixth] = verseLines(text);
      if (!third || !fourth || !fifth || !sixth) return [];
      return [
        [third, fourth],
        [fifth, sixth],
      ];
    });
}

/** How well a table foretells what stands in the second lines of couplets, in nats a place. */
export interface TableScore {
  readonly places: number;
  /** By the table, from the character opposite. */
  readonly nats: number;
  /** By how frequent the characters are, whatever stands opposite. */
  readonly unigramNats: number;
}

/** Scores a table on couplets. Characters that it does not know are left out. */
export function scoreTable(
  table: ParallelPairs,
  couplets: readonly (readonly [string, string])[],
): TableScore {
  let [places, nats, unigramNats] = [0, 0, 0];
  for (const [first, second] of couplets) {
    const opposite = [...first];
    for (const [i, char] of [...second].entries()) {
      const logShare = table.logShare(char);
      if (logShare === null) continue;
      places++;
      unigramNats -= logShare;
      nats -= logShare + table.score(opposite[i] ?? '', char);
    }
  }
  return { places, nats: nats / places, unigramNats: unigramNats / places };
}
