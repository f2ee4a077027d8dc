import { describe, expect, it } from 'vitest';
import { averageScores, parseKey, parseScores, scoresTable } from '../../../src/training/reading/scores.ts';
import { layOutSheet, type SheetGroup } from '../../../src/training/reading/sheet.ts';

const groups: SheetGroup[] = Array.from({ length: 6 }, (_, g) => ({
  wish: `七绝 opening ${g}`,
  poems: ['people', 'ours', 'theirs'].map((side) => ({
    side,
    title: g % 2 ? '月夜' : null,
    lines: [`${side}${g}，`],
  })),
}));
const { sheet, key } = layOutSheet(groups, 7);

describe('a sheet', () => {
  it('shows every poem once, under its number, and names no side', () => {
    for (const { number, group, side } of key.poems) {
      const text = sheet.split(`### ${number}\n`)[1]?.split('###')[0] ?? '';
      expect(text).toContain(side);
      expect(group).toBe(Math.ceil(number / 3));
    }
    expect(key.poems.length).toBe(18);
    expect(sheet.replace(/```[^`]*```/gu, '')).not.toMatch(/people|ours|theirs/u);
  });

  it('is the same for the same seed, and shuffles groups and sides', () => {
    expect(layOutSheet(groups, 7)).toEqual({ sheet, key });
    const orders = [1, 2, 3, 4].map((seed) =>
      layOutSheet(groups, seed)
        .key.poems.map(({ side }) => side)
        .join(),
    );
    expect(new Set(orders).size).toBeGreaterThan(1);
  });
});

/** Scores of a reader who gives each side its own. */
const scoresOf = (bySide: Record<string, number>) =>
  ['number,fluency', ...key.poems.map(({ number, side }) => `${number}${`,${bySide[side]}`.repeat(6)}`)].join(
    '\n',
  );

describe('scores', () => {
  const readers = [
    { people: 4, ours: 3, theirs: 2 },
    { people: 5, ours: 3, theirs: 3 },
  ].map((scores, i) => parseScores(scoresOf(scores), `reader ${i}`, key));

  it('are averaged by side, shown by reader, and compared pair by pair', () => {
    const [people, ours, theirs] = averageScores(key, readers);
    expect([people?.side, ours?.side, theirs?.side]).toEqual(['people', 'ours', 'theirs']);
    expect(people?.mean.overall).toBe(4.5);
    expect(ours?.overallByReader).toEqual([3, 3]);
    expect(ours?.beats).toEqual({ people: 0, theirs: 0.75 });
    expect(theirs?.underTwo).toBe(0);
    expect(scoresTable(averageScores(key, readers))).toContain('| ours | 6 | 3.00 |');
  });

  it('say how far the poems of a side lie apart', () => {
    const lines = scoresOf({ people: 4, ours: 3, theirs: 2 }).split('\n');
    const first = key.poems.find(({ side }) => side === 'theirs')?.number;
    const changed = lines
      .map((line) => (line.startsWith(`${first},`) ? `${first}${',1'.repeat(6)}` : line))
      .join('\n');
    const theirs = averageScores(key, [parseScores(changed, 'file', key)]).find(
      ({ side }) => side === 'theirs',
    );
    expect(theirs?.underTwo).toBeCloseTo(1 / 6);
    expect(theirs?.spread).toBeCloseTo(Math.sqrt(5) / 6);
  });

  it.each([
    ['a number that is not on the sheet', '99,1,1,1,1,1,1'],
    ['too few scores', '1,1,1'],
    ['a score out of range', '1,1,1,1,1,1,6'],
    ['a score that is missing', '1,1,1,1,1,1,'],
    ['poems left out', '1,1,1,1,1,1,1'],
  ])('are refused with %s', (_, text) => {
    expect(() => parseScores(text, 'scores.csv', key)).toThrow(/scores\.csv/u);
  });

  it('need a key', () => {
    expect(parseKey(JSON.stringify(key), 'key.json')).toEqual(key);
    expect(() => parseKey('{}', 'key.json')).toThrow('key.json');
  });
});
