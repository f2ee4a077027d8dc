/** Poems of random characters, written to any plan: whatever a cursor admits keeps the promises of the plan. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../src/model/random.ts';
import { compilePlan } from '../../src/poetry/compile.ts';
import { PlanCursor } from '../../src/poetry/cursor.ts';
import { FORM_NAMES } from '../../src/poetry/form.ts';
import type { VersePlan } from '../../src/poetry/plan.ts';
import { ALL_RHYMES, TONE, tonesOf } from '../../src/poetry/prosody.ts';
import { reportOn } from '../../src/poetry/report.ts';
import { METERS, type Meter, type VerseRequest } from '../../src/poetry/request.ts';
import { toSimplified } from '../../src/poetry/script.ts';
import { admits } from '../../src/poetry/slot-constraint.ts';
import { verseLines } from '../../src/poetry/verse-lines.ts';
import { acrostic, constraintOf, poem } from './plans.ts';
import { REGULATED } from './poems.ts';

/** The characters of the famous poems. */
const WRITTEN = [...new Set(REGULATED.flatMap(({ text }) => verseLines(text)).join(''))];
/** The characters of known tone at the start of the Unicode block of hanzi. */
const PLANE = Array.from({ length: 9000 }, (_, i) => String.fromCodePoint(0x4e00 + i)).filter(
  (char) => tonesOf(char) !== 0,
);

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

  it('keeps to a pattern that some form of a character fits', () => {
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
