import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/model/random.ts';
import type { CorpusPoem } from '../../../src/training/corpus/corpus.ts';
import { drawWritingRequests, wordsOf } from '../../../src/training/synthetic/requests.ts';

const poem = (over: Partial<CorpusPoem>): CorpusPoem => ({
  split: 'train',
  form: 'wujue',
  title: '秋夜',
  author: '',
  text: '明月出天山，蒼茫雲海間。長風幾萬里，吹度玉門關。',
  ...over,
});
const names = '甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉';
const train = [...names].map((name) => poem({ title: `送${name}` }));

describe('requests for writers', () => {
  const requests = drawWritingRequests(train, 22, new Random(1));

  it('are titles in all forms, some with an opening, and acrostics of four heads', () => {
    const acrostics = requests.filter(({ heads }) => heads !== '');
    expect(acrostics).toHaveLength(2);
    for (const { heads, title, form } of acrostics) {
      expect([...heads]).toHaveLength(4);
      expect(title).toBe('');
      expect(['qijue', 'wujue']).toContain(form);
    }
    const titled = requests.filter(({ title }) => title !== '');
    expect(new Set(titled.map(({ form }) => form))).toEqual(new Set(['wujue', 'qijue', 'wulv', 'qilv']));
    const openings = titled.flatMap(({ opening }) => opening || []);
    expect(openings).toEqual(openings.map(() => '明月'));
    expect(openings.length).toBeGreaterThan(4);
  });

  it('have a title only once, and are the same for the same seed', () => {
    const titles = requests.flatMap(({ title }) => title || []);
    expect(new Set(titles).size).toBe(titles.length);
    expect(drawWritingRequests(train, 22, new Random(1))).toEqual(requests);
  });

  it('take no title that is held out, too long, or says nothing about its poem', () => {
    const others = [
      poem({ split: 'test', title: '試題' }),
      poem({ split: 'validation', title: '驗題' }),
      poem({ title: '其二' }),
      poem({ title: '秋日登高望遠有懷故人' }),
    ];
    expect(() => drawWritingRequests(others, 1, new Random(1))).toThrow(RangeError);
  });

  it('are written as a sheet has them', () => {
    expect(wordsOf({ form: 'qijue', title: '松風', opening: '歲晚', heads: '' })).toBe(
      '七絕 《松風》 首二字：歲晚',
    );
    expect(wordsOf({ form: 'wujue', title: '', opening: '', heads: '无为而治' })).toBe('五絕 藏頭：无为而治');
  });
});
