import { expect, test } from 'vitest';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import { ParallelPairs } from '../../src/text-index/parallel-pairs.ts';
import type { Corpus, CorpusPoem } from '../../src/training/corpus/corpus.ts';
import { middleCouplets, parallelTable } from '../../src/training/parallel-table.ts';

const TEXT =
  '一一一一一，二二二二二。三三三三三，四四四四四。五五五五五，六六六六六。七七七七七，八八八八八。';
const poem = (changes: Partial<CorpusPoem> = {}): CorpusPoem => ({
  ...{ split: 'train', form: 'wulv', title: '', author: '', text: TEXT },
  ...changes,
});
const corpus = (...poems: CorpusPoem[]): Corpus => ({ hash: '', source: '', poems });

test('the two middle couplets of each 律詩 of the training split are counted', () => {
  expect(middleCouplets(corpus(poem()))).toEqual([
    ['三三三三三', '四四四四四'],
    ['五五五五五', '六六六六六'],
  ]);
  const others = [poem({ split: 'test' }), poem({ split: 'validation' }), poem({ form: 'wuyan' })];
  expect(middleCouplets(corpus(...others))).toEqual([]);
});

test('a table counts all corpora, in the characters of the vocabulary', () => {
  const vocabulary = new Vocabulary([...'三四五']);
  const { bytes, couplets } = parallelTable([corpus(poem()), corpus(poem())], vocabulary);
  expect(couplets).toBe(4);
  const table = ParallelPairs.parse(bytes);
  expect(table.size).toBe(1);
  expect(table.score('三', '四')).toBeGreaterThan(0);
});
