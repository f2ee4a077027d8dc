import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../src/poetry/compile.ts';
import type { VersePlan } from '../../src/poetry/plan.ts';
import { ALL_RHYMES } from '../../src/poetry/prosody.ts';
import type { AcrosticRequest, PoemRequest, VerseRequest } from '../../src/poetry/request.ts';
import { Refusal } from '../../src/poetry/request.ts';

const poem = (opening: string, wishes: Partial<PoemRequest> = {}): PoemRequest => ({
  kind: 'poem',
  opening,
  form: 'qijue',
  title: '',
  meter: 'strict',
  rhyme: 'auto',
  ...wishes,
});

const acrostic = (heads: string, wishes: Partial<AcrosticRequest> = {}): AcrosticRequest => ({
  kind: 'acrostic',
  heads,
  length: 7,
  meter: 'strict',
  rhyme: 'auto',
  ...wishes,
});

/** The plan as one string: `_` free, `[…]` a choice. */
const shapeOf = (plan: VersePlan) =>
  plan.slots
    .map((slot) =>
      slot.kind === 'given' ? slot.text : slot.kind === 'free' ? '_' : `[${slot.among.join('')}]`,
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

  it('takes a whole line, and what runs over stands in the next', () => {
    const wujue = { form: 'wujue' } as const;
    expect(shapeOf(compilePlan(poem('白日依山盡', wujue)))).toBe('白日依山盡，_____。_____，_____。');
    expect(shapeOf(compilePlan(poem('白日依山盡黃河入', wujue)))).toBe(
      '白日依山盡，黃河入__。_____，_____。',
    );
  });

  it('accepts marks where the form has them, and only there', () => {
    const wujue = { form: 'wujue' } as const;
    const plain = compilePlan(poem('白日依山盡黃河入', wujue));
    expect(compilePlan(poem('白日依山盡，黃河入', wujue))).toEqual(plain);
    expect(compilePlan(poem('白日依山盡,', wujue))).toEqual(compilePlan(poem('白日依山盡', wujue)));
    expect(refusalOf(poem('白日，依山盡', wujue))).toEqual({ code: 'not-hanzi', character: '，' });
    expect(refusalOf(poem('，白日', wujue))).toEqual({ code: 'not-hanzi', character: '，' });
    expect(refusalOf(poem('白日依山盡，，', wujue))).toEqual({ code: 'not-hanzi', character: '，' });
  });

  it('puts one head at the start of each line of an acrostic, and closes an odd one', () => {
    const plan = compilePlan(acrostic('日红山', { length: 5 }));
    expect(shapeOf(plan)).toBe('日____，紅____。山____。');
    expect(plan.form).toBe('wuyan');
    expect(compilePlan(acrostic('春夏秋冬')).form).toBe('qijue');
    expect(compilePlan(acrostic('日红山夜湖海月')).lines).toBe(7);
  });
});

describe('either script', () => {
  it('leaves a merged character to the model where nothing decides', () => {
    expect(shapeOf(compilePlan(poem('后')))).toMatch(/^\[后後\]______，/);
    expect(shapeOf(compilePlan(poem('头发')))).toMatch(/^頭髮_____，/);
    expect(shapeOf(compilePlan(acrostic('头发')))).toBe('頭______，[發髮]______。');
  });

  it('does not touch traditional text', () => {
    expect(shapeOf(compilePlan(poem('皇后與雲')))).toMatch(/^皇后與雲___，/);
  });

  it('takes a title in either', () => {
    expect(compilePlan(poem('', { title: '中秋夜怀远' })).title).toBe('中秋夜懷遠');
  });

  it('lets a rare character stand as itself, beyond the basic plane too', () => {
    expect(shapeOf(compilePlan(poem('𠮷')))).toMatch(/^𠮷______，/);
  });
});

describe('what is refused', () => {
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
    ['heads with a mark', acrostic('日，月'), { code: 'not-hanzi', character: '，' }],
    ['a long title', poem('', { title: '月'.repeat(17) }), { code: 'title-too-long', count: 17, limit: 16 }],
    ['a title with Latin', poem('月', { title: 'a' }), { code: 'not-hanzi', character: 'a' }],
    ['an oblique rhyme', poem('月', { rhyme: '月' }), { code: 'rhyme-unknown', rhyme: '月' }],
  ])('%s', (_, request, refusal) => {
    expect(refusalOf(request)).toEqual(refusal);
  });

  it('is refused at once, however long', () => {
    const started = performance.now();
    expect(refusalOf(poem('👨‍👩‍👧‍👦'.repeat(100_000)))).toMatchObject({ code: 'not-hanzi' });
    expect(refusalOf(poem('月'.repeat(100_000)))).toMatchObject({ code: 'opening-too-long' });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('does not include white space around, or characters of any plane', () => {
    expect(refusalOf(poem(' 月\n'))).toBeNull();
    expect(refusalOf(poem('㐀𠀀'))).toBeNull();
  });
});

describe('meter and rhyme', () => {
  it('leaves all patterns open that the opening fits, and only those', () => {
    expect(compilePlan(poem('月')).patterns.map(({ name }) => name)).toHaveLength(4);
    expect(compilePlan(poem('兩岸猿聲啼不住')).patterns.map(({ name }) => name)).toEqual([
      '七絕仄起首句不入韻',
    ]);
    expect(compilePlan(poem('朝辭白帝彩雲間')).patterns.map(({ name }) => name)).toEqual([
      '七絕平起首句入韻',
    ]);
  });

  it('keeps the least broken where the opening breaks every pattern', () => {
    // Second and fourth level, sixth oblique: a level start breaks twice, an oblique one once.
    const { patterns } = compilePlan(poem('天山春風明月'));
    expect(patterns.map(({ name }) => name)).toEqual(['七絕仄起首句不入韻', '七絕仄起首句入韻']);
  });

  it('takes the rhyme that is asked for, by its name in either script', () => {
    expect(compilePlan(poem('月')).rhymes).toEqual(ALL_RHYMES);
    for (const rhyme of ['東', '东', ' 东韵'])
      expect(compilePlan(poem('月', { rhyme })).rhymes).toEqual(['東']);
    for (const rhyme of ALL_RHYMES) expect(compilePlan(poem('月', { rhyme })).rhymes).toEqual([rhyme]);
  });

  it('promises neither tone nor rhyme with meter none, unless a rhyme is named', () => {
    expect(compilePlan(poem('月', { meter: 'none' }))).toMatchObject({ patterns: [], rhymes: [] });
    const { patterns, rhymes } = compilePlan(poem('月', { meter: 'none', rhyme: '東' }));
    expect(rhymes).toEqual(['東']);
    expect(patterns).toMatchObject([{ lines: ['xxxxxxx', 'xxxxxxp', 'xxxxxxx', 'xxxxxxp'], rhymed: [1, 3] }]);
  });

  it('crosses threads as it is', () => {
    const plan = compilePlan(acrostic('后日红山'));
    expect(structuredClone(plan)).toEqual(plan);
  });
});
