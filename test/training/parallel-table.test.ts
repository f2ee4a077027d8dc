import { expect, test } from 'vitest';
import { Vocabulary } from '../../src/model/vocabulary.ts';
import { ParallelPairs } from '../../src/text-index/parallel-pairs.ts';
import type { Corpus, CorpusPoem } from '../../src/training/corpus/corpus.ts';
import { middleCouplets, parallelTable, scoreTable } from '../../src/training/parallel-table.ts';

const TEXT =
  '一一一一一，二二二二二。三三三三三，四四四四四。五五五五五，六六六六六。七七七七七，八八八八八。';
const poem = (changes: Partial<CorpusPoem> = {}): CorpusPoem => ({
  ...{ split: 'train', form: 'wulv', title: '', author: '', text: TEXT },
  ...changes,
});
const corpus = (...poems: CorpusPoem[]): Corpus => ({ hash: '', source: '', poems });

test('the two middle couplets of each 律詩 of the training split are counted', () => {
  expect(middleCouplets(corpus(poem()), 'train')).toEqual([
    ['三三三三三', '四四四四四'],
    ['五五五五五', '六六六六六'],
  ]);
  const others = [poem({ split: 'test' }), poem({ split: 'validation' }), poem({ form: 'wuyan' })];
  expect(middleCouplets(corpus(...others), 'train')).toEqual([]);
});

test('a table counts all corpora, in the characters of the vocabulary', () => {
  const vocabulary = new Vocabulary([...'三四五']);
  const { bytes, couplets } = parallelTable([corpus(poem()), corpus(poem())], vocabulary);
  expect(couplets).toBe(4);
  const table = ParallelPairs.parse(bytes);
  expect(table.size).toBe(1);
  expect(table.score('三', '四')).toBeGreaterThan(0);
});

test('a table foretells what stands opposite what better than frequency does', () => {
  const vocabulary = new Vocabulary([...'三四五六']);
  const table = ParallelPairs.parse(parallelTable([corpus(...Array(50).fill(poem()))], vocabulary).bytes);
  const { places, nats, unigramNats } = scoreTable(table, [['三三五七', '四四六八']]);
  // 八 is not in the vocabulary.
  expect(places).toBe(3);
  expect(unigramNats).toBeCloseTo(Math.log(4), 2);
  expect(nats).toBeLessThan(unigramNats);
  // All that may stand opposite 三 has the probability 1.
  const sum = [...'三四五六'].reduce(
    (all, b) => all + Math.exp((table.logShare(b) ?? 0) + table.score('三', b)),
    0,
  );
  expect(sum).toBeCloseTo(1, 2);
});
