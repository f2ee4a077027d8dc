import { describe, expect, test } from 'vitest';
import {
  parseRatings,
  RATINGS_PATHS,
  RatingsError,
  RECENT_RATINGS_PATHS,
  readRatings,
} from '../../../src/training/reward/ratings.ts';

const HEADER = 'sheet\trequest\tform\ttitle\topening\theads\toverall\tlines\tnlls\ttext';
const ROW =
  '3\t17\twujue\t秋夜\t明月\t\t2.75\t4321\t1.50,2.25,3,2.1\t明月出天山，蒼茫雲海間。長風幾萬里，吹度玉門關。';

describe('a file of ratings', () => {
  test('has a rated poem in each row, line by line', () => {
    const [poem, ...others] = parseRatings(`${HEADER}\n${ROW}\n`, 'a file');
    expect(others).toEqual([]);
    expect(poem).toMatchObject({
      sheet: '3',
      request: '17',
      form: 'wujue',
      title: '秋夜',
      opening: '明月',
      overall: 2.75,
    });
    expect(poem?.lines).toEqual([
      { text: '明月出天山', rating: 4, nll: 1.5 },
      { text: '蒼茫雲海間', rating: 3, nll: 2.25 },
      { text: '長風幾萬里', rating: 2, nll: 3 },
      { text: '吹度玉門關', rating: 1, nll: 2.1 },
    ]);
  });

  test('may have Windows line ends, and poems without a title', () => {
    expect(parseRatings(`${HEADER}\r\n${ROW.replace('秋夜', '')}\r\n`, 'a file')[0]?.title).toBe('');
  });

  test.each([
    ['a rating is missing', ROW.replace('4321', '432')],
    ['a rating is out of range', ROW.replace('4321', '4326')],
    ['a likelihood is no number', ROW.replace('2.25', 'x')],
    ['a line is too short', ROW.replace('蒼茫雲海間', '蒼茫雲海')],
    ['the form is unknown', ROW.replace('wujue', 'haiku')],
    ['a field is missing', ROW.replace('\t2.75', '')],
    ['it does not begin with its opening', ROW.replace('\t明月', '\t青山')],
    ['its lines do not have their heads', ROW.replace('明月\t', '\t明蒼長山')],
  ])('is refused with the number of the row if %s', (_, row) => {
    expect(() => parseRatings(`${HEADER}\n${ROW}\n${row}\n`, 'a file')).toThrow(/row 3 is not a rated poem/);
  });

  test('is refused if its columns are others, or if it is not there', async () => {
    expect(() => parseRatings(`${ROW}\n`, 'a file')).toThrow(RatingsError);
    await expect(readRatings(['nowhere.tsv'])).rejects.toThrow(/nowhere.tsv cannot be read/);
  });

  test.each(RATINGS_PATHS)('%s is in the repository, and whole', async (path) => {
    const { poems } = await readRatings([path]);
    // Six answers to each of 250 requests; equal ones are there once.
    expect(poems.length).toBeGreaterThan(1440);
    expect(new Set(poems.map(({ request }) => request)).size).toBeGreaterThanOrEqual(250);
  });

  test('is counted in the documentation', async () => {
    expect((await readRatings(RATINGS_PATHS)).poems.length).toBe(
      12_204 + 13_452 + 5_953 + 2_929 + 7_310 + 30_496,
    );
    expect((await readRatings(RECENT_RATINGS_PATHS)).poems.length).toBe(22_031);
  });
});
