import { describe, expect, test } from 'vitest';
import { ParallelPairs, wordPlaces } from '../../src/text-index/parallel-pairs.ts';

const ALPHABET = [...'明月清風松石間上照流白日青山依盡'];
const COUPLETS: [string, string][] = [
  ...Array.from({ length: 3 }, (): [string, string] => ['明月松間照', '清風石上流']),
  ['清風松間照', '明月石上流'],
  ['白日依', '青山盡'],
];

describe('a table of parallel pairs', () => {
  const table = ParallelPairs.build(COUPLETS, ALPHABET);

  test('scores pairs that stand opposite each other above those that do not, either way round', () => {
    expect(table.score('月', '風')).toBeGreaterThan(0);
    expect(table.score('風', '月')).toBeCloseTo(table.score('月', '風'), 5);
    expect(table.score('月', '山')).toBeLessThan(0);
    expect(table.score('白', '青')).toBeGreaterThan(table.score('白', '清'));
    expect([...table.scores('月', ['風', '山'])]).toEqual(
      [table.score('月', '風'), table.score('月', '山')].map(Math.fround),
    );
  });

  test('is the smoothed mutual information of the counts', () => {
    // 月 stands opposite 風 in four of the 46 places, seen from both sides, and each of them is seen four times.
    const share = (4 + 0.5) / 46;
    expect(table.score('月', '風')).toBeCloseTo(Math.log((4 + 300 * share) / (4 + 300) / share), 6);
    expect(table.score('月', '山')).toBeCloseTo(Math.log(300 / 304), 6);
  });

  test('says nothing of characters that it does not know', () => {
    expect(table.score('鍵', '風')).toBe(0);
    expect(table.score('風', '鍵')).toBe(0);
  });

  test('knows words that stood opposite each other three times', () => {
    expect(table.hasWords('明月', '清風')).toBe(true);
    expect(table.hasWords('清風', '明月')).toBe(true);
    expect(table.hasWords('白日', '青山')).toBe(false);
    expect(table.hasWords('明月', '石上')).toBe(false);
  });

  test('is the same after it was written and read, and refuses other bytes', () => {
    const read = ParallelPairs.parse(table.bytes);
    expect(read.size).toBe(table.size);
    expect(read.wordPairs).toBe(table.wordPairs);
    expect(read.score('月', '風')).toBe(table.score('月', '風'));
    expect(() => ParallelPairs.parse(table.bytes.subarray(0, -3))).toThrow(RangeError);
    expect(() => ParallelPairs.parse(Uint8Array.from([...table.bytes, 0]))).toThrow(RangeError);
    expect(() => ParallelPairs.parse(new Uint8Array(20))).toThrow(RangeError);
  });

  test('counts couplets of equal lines and known characters only', () => {
    const other = ParallelPairs.build(
      [
        ['明月', '清'],
        ['明鍵', '清風'],
      ],
      ALPHABET,
    );
    expect(other.size).toBe(1);
  });
});

test('words begin at the feet of a line, and the last three characters are cut in both ways', () => {
  expect(wordPlaces(5)).toEqual([0, 2, 3]);
  expect(wordPlaces(7)).toEqual([0, 2, 4, 5]);
  expect(wordPlaces(4)).toEqual([0, 2]);
  expect(wordPlaces(1)).toEqual([]);
});
