import { describe, expect, it } from 'vitest';
import {
  layOutRatingSheet,
  ratedRows,
  ratingsFile,
  type UnratedPoem,
} from '../../../src/training/reward/rating-sheet.ts';
import { parseRatings, RatingsError } from '../../../src/training/reward/ratings.ts';

const poem = (over: Partial<UnratedPoem> = {}): UnratedPoem => ({
  request: '1-1',
  form: 'wujue',
  title: '關山月',
  opening: '明月',
  heads: '',
  nlls: [1.5, 2.25, 3, 2.1],
  text: '明月出天山，蒼茫雲海間。長風幾萬里，吹度玉門關。',
  ...over,
});
const poems = [poem(), poem({ title: '' }), poem({ request: '1-2', opening: '', heads: '明蒼長吹' })];
const rows = (scores: string) => ratedRows(poems, scores, { name: '1-3', file: 'scores-3.txt' });

describe('a sheet of poems to rate', () => {
  const sheet = layOutRatingSheet(poems);

  it('has the poems by request, in simplified script, one line a row', () => {
    expect(sheet).toContain('1.\n《关山月》\n明月出天山，\n苍茫云海间。\n长风几万里，\n吹度玉门关。\n');
    expect(sheet.match(/^## .*/gmu)).toEqual([
      '## 五绝, beginning with 明月',
      '## 五绝, acrostic of 明苍长吹',
    ]);
  });

  it('does not show how likely a line is', () => {
    expect(sheet).not.toContain('2.25');
  });
});

describe('the ratings of a sheet', () => {
  it('become a file of ratings', () => {
    const read = parseRatings(ratingsFile(rows('# a note\n1 2.75 3342\n3, 4, 5544\n2 1 1111\n')), 'a file');
    expect(read.map(({ overall }) => overall)).toEqual([2.75, 1, 4]);
    expect(read[0]).toMatchObject({ sheet: '1-3', request: '1-1', title: '關山月', opening: '明月' });
    expect(read[2]?.heads).toBe('明蒼長吹');
    expect(read[2]?.lines.map(({ rating }) => rating)).toEqual([5, 5, 4, 4]);
    expect(read[0]?.lines.map(({ nll }) => nll)).toEqual([1.5, 2.25, 3, 2.1]);
  });

  it.each([
    ['a poem has no rating', '1 2.75 3342\n3 4 5544', 'scores-3.txt: poem 2 has no rating.'],
    ['a poem is rated twice', '1 2.75 3342\n1 2.75 3342', 'scores-3.txt: poem 1 is rated twice.'],
    [
      'a digit is missing',
      '1 2.75 334\n2 4 5544\n3 4 5544',
      'scores-3.txt: poem 1 has 4 lines, and 3 digits.',
    ],
    ['a rating is out of range', '1 5.5 3342', 'scores-3.txt, line 1: this is not a rating.'],
    [
      'a poem is not on the sheet',
      '1 2 3342\n2 4 5544\n3 4 5544\n4 2 3333',
      'scores-3.txt: the sheet has no poem 4.',
    ],
    ['there is none at all', '', 'scores-3.txt: poem 1 has no rating.'],
  ])('are refused if %s', (_, scores, message) => {
    expect(() => rows(scores)).toThrow(new RatingsError(message));
  });
});
