import { describe, expect, it } from 'vitest';
import { Random } from '../../src/model/random.ts';
import { compilePlan } from '../../src/poetry/compile.ts';
import { PlanCursor } from '../../src/poetry/cursor.ts';
import { FORM_NAMES } from '../../src/poetry/form.ts';
import type { RhymeSizes } from '../../src/poetry/open-patterns.ts';
import type { VersePlan } from '../../src/poetry/plan.ts';
import { ALL_RHYMES, rhymesOf, TONE, tonesOf } from '../../src/poetry/prosody.ts';
import { reportOn } from '../../src/poetry/report.ts';
import {
  type AcrosticRequest,
  METERS,
  type Meter,
  type PoemRequest,
  type VerseRequest,
} from '../../src/poetry/request.ts';
import { toSimplified } from '../../src/poetry/script.ts';
import { admits, type SlotConstraint } from '../../src/poetry/slot-constraint.ts';
import { verseLines } from '../../src/poetry/verse-lines.ts';
import { famousPoem, REGULATED } from './poems.ts';

/** The characters of the famous poems. */
const WRITTEN = [...new Set(REGULATED.flatMap(({ text }) => verseLines(text)).join(''))];
/** The characters of known tone at the start of the Unicode block of hanzi. */
const PLANE = Array.from({ length: 9000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).filter(
  (char) => tonesOf(char) !== 0,
);

const poem = (opening: string, wishes: Partial<PoemRequest> = {}): VersePlan =>
  compilePlan({ kind: 'poem', opening, form: 'qijue', title: '', meter: 'strict', rhyme: 'auto', ...wishes });
const acrostic = (heads: string, wishes: Partial<AcrosticRequest> = {}): VersePlan =>
  compilePlan({ kind: 'acrostic', title: '', heads, length: 7, meter: 'strict', rhyme: 'auto', ...wishes });

interface Walk {
  readonly characters: string[];
  readonly cursor: PlanCursor;
  readonly deadEnds: number;
}

function pick<T>(items: readonly T[], random: Random): T {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** Writes a poem from characters of the pool, at random. Relaxes the constraint if no character satisfies it. */
function walk(plan: VersePlan, random: Random, pool: readonly string[]): Walk {
  const cursor = new PlanCursor(plan);
  const characters: string[] = [];
  let deadEnds = 0;
  for (let slot = cursor.slot; slot !== null; slot = cursor.slot) {
    let char = slot.kind === 'given' ? slot.text : '';
    if (slot.kind === 'choice') {
      const forms = cursor.choices();
      char = pick(forms, random);
    }
    while (char === '') {
      const constraint = constraintOf(cursor);
      const from = random.below(pool.length);
      for (let i = 0; i < pool.length && char === ''; i++) {
        const each = pool[(from + i) % pool.length] ?? '';
        if (admits(constraint, each)) char = each;
      }
      if (char !== '') break;
      deadEnds += 1;
      expect(cursor.relax()).toBe(true);
    }
    cursor.take(char);
    characters.push(char);
  }
  return { characters, cursor, deadEnds };
}

/** What the cursor's slot allows. The slot must not be a given one. */
function constraintOf(cursor: PlanCursor): SlotConstraint {
  const constraint = cursor.constraint();
  if (constraint === null) throw new Error('the slot has no constraint');
  return constraint;
}

/** A cursor that has taken `text`. */
function upTo(plan: VersePlan, text: string): PlanCursor {
  const cursor = new PlanCursor(plan);
  for (const char of text) cursor.take(char);
  return cursor;
}

function randomRequest(random: Random): VerseRequest {
  const meter: Meter = pick(METERS, random);
  const rhyme = random.uniform() < 0.7 ? 'auto' : pick(ALL_RHYMES, random);
  const text = (length: number) => Array.from({ length }, () => pick(PLANE, random)).join('');
  if (random.uniform() < 0.5) {
    return {
      kind: 'acrostic',
      title: '',
      heads: text(2 + random.below(15)),
      length: pick([5, 7] as const, random),
      meter,
      rhyme,
    };
  }
  // Any two characters fit some pattern of every form. More may break all patterns.
  return {
    kind: 'poem',
    opening: text(1 + random.below(2)),
    form: pick(FORM_NAMES, random),
    title: '',
    meter,
    rhyme,
  };
}

describe('any walk through any plan', () => {
  it('keeps every promise and meets no dead end', () => {
    const random = new Random(20);
    for (let round = 0; round < 400; round++) {
      const plan = compilePlan(randomRequest(random));
      const { characters, cursor, deadEnds } = walk(plan, random, PLANE);
      const message = `${JSON.stringify(plan.rhymes)} ${plan.meter} ${characters.join('')}`;
      const { kept, deviations, pattern } = reportOn({ characters, plan });
      expect(deadEnds, message).toBe(0);
      expect(kept.shape && kept.given, message).toBe(true);
      expect(cursor.deviations, message).toEqual([]);
      expect(deviations, message).toEqual([]);
      if (plan.rhymes.length > 0) expect(kept.rhyme, message).toBe(true);
      if (plan.meter === 'strict') expect(kept.toneStrict, message).toBe(true);
      if (plan.meter !== 'none') {
        expect(kept.toneLoose, message).toBe(true);
        expect(
          cursor.patterns.map(({ name }) => name),
          message,
        ).toContain(pattern);
      }
    }
  });

  it('breaks no rule besides those that the given characters break', () => {
    const random = new Random(21);
    for (let round = 0; round < 200; round++) {
      const opening = Array.from({ length: 8 }, () => PLANE[random.below(PLANE.length)]).join('');
      const plan = poem(opening, { form: FORM_NAMES[round % 4] });
      const { characters, cursor, deadEnds } = walk(plan, random, PLANE);
      const report = reportOn({ characters, plan });
      expect(deadEnds, opening).toBe(0);
      expect(report.kept.rhyme, opening).toBe(true);
      // The report may find a given character rescued, or a given first line in a neighbouring rhyme.
      expect(cursor.deviations.length, opening).toBeGreaterThanOrEqual(report.deviations.length);
      const perLine = plan.length + 1;
      for (const { slot } of cursor.deviations) expect(plan.slots[slot]?.kind, opening).not.toBe('free');
      for (const { line, position } of report.deviations) {
        expect(plan.slots[line * perLine + position]?.kind, opening).not.toBe('free');
      }
    }
  });

  it('repeats a character only directly after itself', () => {
    const random = new Random(22);
    for (let round = 0; round < 60; round++) {
      const { characters, cursor } = walk(acrostic('日红山夜湖海月'), random, WRITTEN.concat(PLANE));
      const hanzi = verseLines(characters.join('').replace(/(.)\1/gu, '$1')).join('');
      expect(new Set(hanzi).size).toBe(hanzi.length);
      expect(cursor.deviations).toEqual([]);
    }
  });

  it('repeats no character as it is shown, in either script', () => {
    const random = new Random(24);
    // Old spellings of one word, which look the same in simplified script.
    const spellings = [...'疎疏踈迴回廻牀床鴈雁猨猿猨劒劍煙烟墻牆隣鄰'];
    for (let round = 0; round < 60; round++) {
      const plan = poem('后', { form: 'qilv' });
      const { characters } = walk(plan, random, random.below(2) === 0 ? spellings.concat(PLANE) : PLANE);
      for (const text of [characters.join(''), toSimplified(characters.join(''))]) {
        const hanzi = verseLines(text.replace(/(.)\1/gu, '$1')).join('');
        expect(new Set(hanzi).size, text).toBe([...hanzi].length);
      }
    }
  });

  it('ends a line that does not rhyme on a character that cannot be read as level', () => {
    const random = new Random(25);
    for (let round = 0; round < 100; round++) {
      const plan = poem('月', { form: FORM_NAMES[round % 4] });
      const { characters, cursor } = walk(plan, random, [...'看思望過中間卷扇聽教'].concat(PLANE));
      const [pattern] = cursor.patterns;
      for (const [line, text] of verseLines(characters.join('')).entries()) {
        if (pattern?.rhymed.includes(line)) continue;
        expect(tonesOf([...text].at(-1) ?? ''), text).toBe(TONE.oblique);
      }
    }
  });

  it('keeps the shape even with three characters, and records the deviations', () => {
    const random = new Random(23);
    const { characters, cursor, deadEnds } = walk(poem('月'), random, ['白', '日', '山']);
    expect(characters.join('')).toMatch(/^[白日山月]{7}，[白日山]{7}。[白日山]{7}，[白日山]{7}。$/u);
    expect(deadEnds).toBeGreaterThan(0);
    expect(cursor.deviations.map(({ rule }) => rule)).toContain('repetition');
  });
});

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

  it('keeps to a pattern that some form fits', () => {
    const random = new Random(5);
    for (let round = 0; round < 50; round++) {
      const plan = acrostic('发发发发', { length: 5 });
      const { characters, cursor } = walk(plan, random, PLANE);
      expect(cursor.deviations.filter(({ rule }) => rule !== 'repetition')).toEqual([]);
      expect(reportOn({ characters, plan }).kept).toMatchObject({
        given: true,
        toneStrict: true,
        rhyme: true,
      });
    }
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
