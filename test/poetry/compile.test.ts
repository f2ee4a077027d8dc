import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../src/poetry/compile.ts';
import type { VersePlan } from '../../src/poetry/plan.ts';
import { ALL_RHYMES } from '../../src/poetry/prosody.ts';
import type { AcrosticRequest, PoemRequest, VerseRequest } from '../../src/poetry/request.ts';
import { Refusal } from '../../src/poetry/request.ts';

const poem = (opening: string, options: Partial<PoemRequest> = {}): PoemRequest => ({
  kind: 'poem',
  opening,
  form: 'qijue',
  title: '',
  meter: 'strict',
  rhyme: 'auto',
  ...options,
});

const acrostic = (heads: string, options: Partial<AcrosticRequest> = {}): AcrosticRequest => ({
  kind: 'acrostic',
  title: '',
  heads,
  length: 7,
  meter: 'strict',
  rhyme: 'auto',
  ...options,
});

/** The plan as one string: `_` is a free slot, `[…]` a choice. */
const shapeOf = (plan: VersePlan) =>
  plan.slots
    .map((slot) =>
      slot.kind === 'given' ? slot.text : slot.kind === 'choice' ? `[${slot.among.join('')}]` : '_',
    )
    .join('');

const refusalOf = (request: VerseRequest) => {
  try {
    compilePlan(request);
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, ...error.values };
    throw error;
  }
  return null;
};

describe('the shape of a poem', () => {
  it('has the lines and marks of its form', () => {
    const plan = compilePlan(poem('明月'));
    expect(shapeOf(plan)).toBe('明月_____，_______。_______，_______。');
    expect(plan).toMatchObject({ form: 'qijue', lines: 4, length: 7, title: '' });
    expect(shapeOf(compilePlan(poem('山', { form: 'wulv' })))).toBe(
      `山${'____，_____。_'.repeat(4).slice(0, -1)}`,
    );
  });

  it('may begin with a whole line and the start of the next', () => {
    const wujue = { form: 'wujue' } as const;
    expect(shapeOf(compilePlan(poem('白日依山盡', wujue)))).toBe('白日依山盡，_____。_____，_____。');
    expect(shapeOf(compilePlan(poem('白日依山盡黃河入', wujue)))).toBe(
      '白日依山盡，黃河入__。_____，_____。',
    );
  });

  it('accepts marks at the line ends of the form, and only there', () => {
    const wujue = { form: 'wujue' } as const;
    const plain = compilePlan(poem('白日依山盡黃河入', wujue));
    expect(compilePlan(poem('白日依山盡，黃河入', wujue))).toEqual(plain);
    expect(compilePlan(poem('白日依山盡,', wujue))).toEqual(compilePlan(poem('白日依山盡', wujue)));
    expect(refusalOf(poem('白日，依山盡', wujue))).toEqual({
      code: 'mark-place',
      character: '，',
      length: 5,
    });
    expect(refusalOf(poem('春眠不覺曉，處處聞'))).toEqual({ code: 'mark-place', character: '，', length: 7 });
    expect(refusalOf(poem('，白日', wujue))).toEqual({ code: 'not-hanzi', character: '，' });
    expect(refusalOf(poem('白日依山盡，，', wujue))).toEqual({
      code: 'mark-place',
      character: '，',
      length: 5,
    });
  });

  it('has one head at the start of each line of an acrostic, and 。 at the end of an odd last line', () => {
    const plan = compilePlan(acrostic('日红山', { length: 5 }));
    expect(shapeOf(plan)).toBe('日____，紅____。山____。');
    expect(plan.form).toBe('wuyan');
    expect(compilePlan(acrostic('春夏秋冬')).form).toBe('qijue');
    expect(compilePlan(acrostic('日红山夜湖海月')).lines).toBe(7);
  });
});

describe('heads', () => {
  it.each(['日、红、山', '日 红 山', '「日，红，山。」', '日\u3000红\u3000山'])(
    'may be typed as %s',
    (heads) => {
      expect(shapeOf(compilePlan(acrostic(heads)))).toBe(shapeOf(compilePlan(acrostic('日红山'))));
    },
  );
});

describe('either script', () => {
  it('leaves a merged character to the model if no phrase decides', () => {
    expect(shapeOf(compilePlan(poem('后')))).toMatch(/^\[後后\]______，/);
    expect(shapeOf(compilePlan(poem('白发')))).toMatch(/^白髮_____，/);
    expect(shapeOf(compilePlan(acrostic('头发')))).toBe('頭______，[發髮]______。');
  });

  it('keeps traditional text as it is', () => {
    expect(shapeOf(compilePlan(poem('皇后與雲')))).toMatch(/^皇后與雲___，/);
  });

  it('reads the hanzi of a title that has other characters too', () => {
    expect(compilePlan(poem('', { title: '《贈汪倫》（其二）' })).title).toBe('贈汪倫其二');
    expect(compilePlan({ ...acrostic('生日快乐'), title: '贺 寿!' }).title).toBe('賀壽');
  });

  it('accepts a title in either script', () => {
    expect(compilePlan(poem('', { title: '中秋夜怀远' })).title).toBe('中秋夜懷遠');
  });

  it('keeps a rare character, also beyond the basic plane', () => {
    expect(shapeOf(compilePlan(poem('𠮷')))).toMatch(/^𠮷______，/);
  });
});

describe('a refused request', () => {
  it.each<[string, VerseRequest, object]>([
    ['nothing', poem(''), { code: 'opening-empty' }],
    ['spaces alone', poem(' \u3000 '), { code: 'opening-empty' }],
    ['an emoji', poem('🔥'), { code: 'not-hanzi', character: '🔥' }],
    ['Latin', poem('moon'), { code: 'not-hanzi', character: 'm' }],
    ['a mixture', poem('月a'), { code: 'not-hanzi', character: 'a' }],
    ['a digit', poem('7'), { code: 'not-hanzi', character: '7' }],
    ['a space within', poem('明 月'), { code: 'not-hanzi', character: 'U+0020' }],
    ['a control character', poem('月\u0000'), { code: 'not-hanzi', character: 'U+0000' }],
    ['kana', poem('つき'), { code: 'not-hanzi', character: 'つ' }],
    ['nine characters', poem('月'.repeat(9)), { code: 'opening-too-long', count: 9, limit: 8 }],
    ['ten thousand', poem('月'.repeat(10_000)), { code: 'opening-too-long', count: 10_000, limit: 8 }],
    ['ten thousand letters', poem('a'.repeat(10_000)), { code: 'not-hanzi', character: 'a' }],
    ['no heads', acrostic(' '), { code: 'heads-too-few', count: 0, limit: 2 }],
    ['one head', acrostic('月'), { code: 'heads-too-few', count: 1, limit: 2 }],
    ['seventeen heads', acrostic('月'.repeat(17)), { code: 'heads-too-many', count: 17, limit: 16 }],
    ['heads with a letter', acrostic('日a月'), { code: 'not-hanzi', character: 'a' }],
    ['a long title', poem('', { title: '月'.repeat(17) }), { code: 'title-too-long', count: 17, limit: 16 }],
    ['a title with Latin', poem('月', { title: 'a' }), { code: 'not-hanzi', character: 'a' }],
    ['an oblique rhyme', poem('月', { rhyme: '月' }), { code: 'rhyme-unknown', rhyme: '月' }],
  ])('%s', (_, request, refusal) => {
    expect(refusalOf(request)).toEqual(refusal);
  });

  it('is refused, even if it is long', () => {
    expect(refusalOf(poem('👨‍👩‍👧‍👦'.repeat(100_000)))).toMatchObject({ code: 'not-hanzi' });
    expect(refusalOf(poem('月'.repeat(100_000)))).toMatchObject({ code: 'opening-too-long' });
  });

  it('is not one with white space around it, or with characters of other planes', () => {
    expect(refusalOf(poem(' 月\n'))).toBeNull();
    expect(refusalOf(poem('㐀𠀀'))).toBeNull();
  });
});

describe('meter and rhyme', () => {
  it('keeps exactly the patterns that the opening fits', () => {
    expect(compilePlan(poem('月')).patterns.map(({ name }) => name)).toHaveLength(4);
    expect(compilePlan(poem('兩岸猿聲啼不住')).patterns.map(({ name }) => name)).toEqual([
      '七絕仄起首句不入韻',
    ]);
    expect(compilePlan(poem('朝辭白帝彩雲間')).patterns.map(({ name }) => name)).toEqual([
      '七絕平起首句入韻',
    ]);
  });

  it('keeps the least broken patterns if the opening breaks them all', () => {
    // The second and fourth are level, the sixth is oblique. That breaks a level start twice, an oblique start once.
    const { patterns } = compilePlan(poem('天山春風明月'));
    expect(patterns.map(({ name }) => name)).toEqual(['七絕仄起首句不入韻', '七絕仄起首句入韻']);
  });

  it('uses the requested rhyme, named in either script', () => {
    expect(compilePlan(poem('月')).rhymes).toEqual(ALL_RHYMES);
    for (const rhyme of ['東', '东', ' 东韵'])
      expect(compilePlan(poem('月', { rhyme })).rhymes).toEqual(['東']);
    for (const rhyme of ALL_RHYMES) expect(compilePlan(poem('月', { rhyme })).rhymes).toEqual([rhyme]);
  });

  it('fixes neither tone nor rhyme with meter none, unless a rhyme is named', () => {
    expect(compilePlan(poem('月', { meter: 'none' }))).toMatchObject({ patterns: [], rhymes: [] });
    const { patterns, rhymes } = compilePlan(poem('月', { meter: 'none', rhyme: '東' }));
    expect(rhymes).toEqual(['東']);
    expect(patterns).toMatchObject([{ lines: ['xxxxxxx', 'xxxxxxp', 'xxxxxxx', 'xxxxxxp'], rhymed: [1, 3] }]);
  });

  it('is plain data that can be cloned', () => {
    const plan = compilePlan(acrostic('后日红山'));
    expect(structuredClone(plan)).toEqual(plan);
  });
});
