import { describe, expect, it } from 'vitest';
import { BOS, EOS, FIRST_HANZI, PAD, TITLE_LIMIT, UNK, Vocabulary } from '../../src/model/vocabulary.ts';
import { FORM_TAGS } from '../../src/poetry/form.ts';

describe('a vocabulary', () => {
  const vocabulary = Vocabulary.build(['月月月月日日，山。', '日山𠮷'], 2);

  it('has the hanzi that are frequent enough, the most frequent first', () => {
    expect(vocabulary.hanzi).toEqual(['月', '日', '山']);
    expect(vocabulary.id('月')).toBe(FIRST_HANZI);
    expect(vocabulary.size).toBe(FIRST_HANZI + 3);
  });

  it('knows the number of occurrences of each', () => {
    expect(vocabulary.counts).toEqual([4, 3, 2]);
    const logs = vocabulary.logFrequencies();
    expect(logs.length).toBe(vocabulary.size);
    expect(logs[FIRST_HANZI]).toBeCloseTo(Math.log(4 / 9));
    expect(logs.slice(0, FIRST_HANZI).every((log) => log === 0)).toBe(true);
    expect(() => new Vocabulary(['月'], [0])).toThrow(RangeError);
    expect(() => new Vocabulary(['月'], [])).toThrow(RangeError);
  });

  it('breaks ties by code point, so that the same texts give the same ids', () => {
    expect(Vocabulary.build(['山日月'], 1).hanzi).toEqual(['山', '日', '月']);
  });

  it('has one meaning for each id', () => {
    const ids = [
      PAD,
      UNK,
      BOS,
      EOS,
      ...FORM_TAGS.map((form) => vocabulary.tag(form)),
      ...['，', '。', '月', '日', '山'].map((c) => vocabulary.id(c)),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(Math.max(...ids)).toBe(vocabulary.size - 1);
  });

  it('converts ids back to characters, and throws for other ids', () => {
    for (const char of '月日山，。') expect(vocabulary.char(vocabulary.id(char))).toBe(char);
    for (const id of [PAD, UNK, BOS, EOS, vocabulary.tag('qijue'), vocabulary.size]) {
      expect(() => vocabulary.char(id)).toThrow(RangeError);
    }
  });

  it('converts unknown characters to UNK', () => {
    expect(vocabulary.id('𠮷')).toBe(UNK);
    expect(vocabulary.has('𠮷')).toBe(false);
  });

  it('encodes a poem after its tag and its title', () => {
    const poem = { form: 'qijue', text: '月，山。' } as const;
    const [tag, moon, comma, hill, stop] = [
      vocabulary.tag('qijue'),
      ...['月', '，', '山', '。'].map((c) => vocabulary.id(c)),
    ];
    expect(vocabulary.encode(poem)).toEqual([tag, BOS, moon, comma, hill, stop, EOS]);
    expect(vocabulary.encode(poem, { title: '山 一' })).toEqual([
      tag,
      hill,
      UNK,
      BOS,
      moon,
      comma,
      hill,
      stop,
      EOS,
    ]);
  });

  it('cuts a long title', () => {
    expect(vocabulary.prefix('qilv', { title: '山'.repeat(50) }).length).toBe(TITLE_LIMIT + 2);
  });

  it('throws for entries that are not one hanzi, or that occur twice', () => {
    for (const bad of [['月', '月'], ['a'], ['月日'], [''], ['，']])
      expect(() => new Vocabulary(bad)).toThrow(RangeError);
  });

  it('knows hanzi beyond the basic plane', () => {
    expect(new Vocabulary(['𠮷']).id('𠮷')).toBe(FIRST_HANZI);
  });
});
