import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../src/poetry/compile.ts';
import { PlanCursor } from '../../src/poetry/cursor.ts';
import type { RhymeSizes } from '../../src/poetry/open-patterns.ts';
import type { VersePlan } from '../../src/poetry/plan.ts';
import { ALL_RHYMES, rhymesOf, TONE } from '../../src/poetry/prosody.ts';
import { admits } from '../../src/poetry/slot-constraint.ts';
import { acrostic, constraintOf, poem } from './plans.ts';
import { famousPoem, REGULATED } from './poems.ts';

/** A cursor that has taken `text`. */
function upTo(plan: VersePlan, text: string): PlanCursor {
  const cursor = new PlanCursor(plan);
  for (const char of text) cursor.take(char);
  return cursor;
}

describe('the constraint of a slot', () => {
  it('is null for a given slot, and at the end', () => {
    const cursor = new PlanCursor(poem('月'));
    expect(cursor.slot).toEqual({ kind: 'given', text: '月' });
    expect(cursor.constraint()).toBeNull();
    const done = upTo(compilePlan({ ...REQUEST, opening: '白日依山盡' }), famousPoem('登鸛雀樓').text);
    expect(done.slot).toBeNull();
    expect(done.constraint()).toBeNull();
    expect(() => done.take('月')).toThrow(RangeError);
  });

  it('narrows as characters are taken', () => {
    const cursor = upTo(poem('兩'), '兩');
    expect(cursor.constraint()).toMatchObject({ tones: 3, rhymes: null, line: 0, position: 1 });
    cursor.take('岸');
    expect(cursor.patterns).toHaveLength(2);
    cursor.take('猿');
    expect(cursor.constraint()).toMatchObject({ tones: TONE.level, rhymes: null });
  });

  it('lets the first line rhyme or not, and then keeps its rhyme', () => {
    const cursor = upTo(poem('兩岸猿'), '兩岸猿聲啼不');
    const constraint = constraintOf(cursor);
    expect(constraint).toMatchObject({ tones: 3, rhymes: ALL_RHYMES });
    expect(admits(constraint, '住') && admits(constraint, '關')).toBe(true);
    cursor.take('關');
    for (const char of '，輕舟已過萬重') cursor.take(char);
    expect(cursor.constraint()).toMatchObject({ tones: TONE.level, rhymes: ['刪'] });
    expect(admits(constraintOf(cursor), '山')).toBe(true);
    expect(admits(constraintOf(cursor), '天')).toBe(false);
  });

  it('follows the famous poems to their end without a deviation', () => {
    for (const { form, text, pattern } of REGULATED) {
      const plan = compilePlan({ ...REQUEST, form, opening: text.slice(0, 1) });
      const cursor = new PlanCursor(plan);
      for (const char of text) {
        const constraint = cursor.constraint();
        // The poets repeat characters. Only tone and rhyme are tested here.
        if (constraint !== null)
          expect(admits({ ...constraint, used: new Set() }, char), `${char} in ${text}`).toBe(true);
        cursor.take(char);
      }
      expect(cursor.patterns.map(({ name }) => name)).toEqual([pattern]);
      expect(cursor.deviations.filter(({ rule }) => rule !== 'repetition')).toEqual([]);
    }
  });

  it('names the characters that may not be repeated: all written ones and all heads, except the last one written', () => {
    const cursor = upTo(acrostic('日红山夜'), '日悠');
    // 红 looks the same as 紅 in simplified script.
    expect([...constraintOf(cursor).used].sort()).toEqual([...'日紅红山夜'].sort());
    cursor.take('悠');
    expect([...constraintOf(cursor).used].sort()).toEqual([...'日紅红山夜悠'].sort());
  });

  it('is relaxed in the declared order, for one slot only', () => {
    const cursor = upTo(poem('兩岸猿聲啼不住', { rhyme: '東' }), '兩岸猿聲啼不住，輕舟已過萬重');
    const constraint = () => constraintOf(cursor);
    expect(constraint()).toMatchObject({ tones: TONE.level, rhymes: ['東'] });
    expect(constraint().used.size).toBeGreaterThan(0);
    expect(cursor.relax()).toBe(true);
    expect(constraint().used.size).toBe(0);
    expect(cursor.relax() && cursor.relax()).toBe(true);
    expect(constraint()).toMatchObject({ tones: TONE.level, rhymes: ALL_RHYMES });
    cursor.relax();
    expect(constraint()).toMatchObject({ tones: 3, rhymes: null });
    expect(cursor.relax()).toBe(false);
    cursor.take('天');
    expect(cursor.deviations).toEqual([{ slot: 14, character: '天', rule: 'rhyme' }]);
    for (const char of '。此地空餘黃鶴樓，白雲千載空悠') cursor.take(char);
    expect(constraint()).toMatchObject({ tones: TONE.level, rhymes: ['東'] });
  });

  it('drops the tone of an odd place before that of an even place', () => {
    const cursor = upTo(poem('白日依山盡', { form: 'wujue' }), '白日依山盡，日河');
    const toneAfter = (steps: number) => {
      for (let step = 0; step < steps; step++) cursor.relax();
      return cursor.constraint()?.tones;
    };
    // The first character is oblique, so the third must be level. The fourth is oblique in any case.
    expect(toneAfter(0)).toBe(TONE.level);
    expect(toneAfter(2)).toBe(3);
    cursor.take('山');
    expect(toneAfter(0)).toBe(TONE.oblique);
    expect(toneAfter(3)).toBe(TONE.oblique);
    expect(toneAfter(1)).toBe(3);
  });
});

const REQUEST = { kind: 'poem', form: 'wujue', title: '', meter: 'strict', rhyme: 'auto' } as const;

describe('a character of several forms', () => {
  it('is chosen among those that fit', () => {
    // 干 and 乾 are level, 幹 is oblique. The second place of the poem allows any tone.
    const open = upTo(poem('依干', { form: 'wujue' }), '依');
    expect(open.choices()).toEqual(['乾', '干', '幹']);
    const decided = upTo(poem('白日依干', { form: 'wujue' }), '白日依');
    expect(decided.choices()).toEqual(['乾', '干']);
    decided.take('乾');
    expect(decided.choices()).toEqual([]);
  });
});

describe('the sizes of the rhyme groups', () => {
  const narrow: RhymeSizes = { rhymeSize: (group) => (group === '江' || group === '咸' ? 20 : 100) };

  it('keep a poem out of rhymes that have too few characters', () => {
    const cursor = new PlanCursor(poem('兩岸猿聲啼不'), narrow);
    for (const char of '兩岸猿聲啼不') cursor.take(char);
    expect(cursor.constraint()?.rhymes).not.toContain('江');
    expect(cursor.constraint()?.rhymes).toContain('東');
  });

  it('do not matter if the request names the rhyme', () => {
    const named = new PlanCursor(poem('兩岸猿聲啼不', { rhyme: '江' }), narrow);
    for (const char of '兩岸猿聲啼不') named.take(char);
    expect(named.constraint()?.rhymes).toEqual(['江']);

    const given = new PlanCursor(poem('朝辭白帝彩雲江'), narrow);
    for (const char of '朝辭白帝彩雲江，千里江陵一日') given.take(char);
    expect(given.constraint()?.rhymes).toEqual(['江']);
    expect(rhymesOf('江')).toEqual(['江']);
  });
});

describe('characters that look the same in simplified script', () => {
  it('count as the same character, written or given', () => {
    const cursor = new PlanCursor(poem('月', { meter: 'none' }));
    cursor.take('月');
    cursor.take('牆');
    cursor.take('風');
    expect(cursor.constraint()?.used.has('墻')).toBe(true);
    const given = new PlanCursor(poem('牆月', { meter: 'none' }));
    given.take('牆');
    given.take('月');
    expect(given.constraint()?.used.has('墻')).toBe(true);
  });
});
