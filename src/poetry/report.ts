/**
 * What can be said of a finished poem, ours or another's: its pattern, the tone and rhyme of every character, and
 * whether each promise of its plan was kept. Works from the characters alone, not from what the writing walked
 * through, so that it can prove it wrong.
 */

import type { FormName } from './form.ts';
import { FORMS } from './form.ts';
import { isHanzi } from './hanzi.ts';
import { fitLine, patternsFor, rhymedLines, tonelessPattern } from './meter.ts';
import type { Pattern, VersePlan } from './plan.ts';
import { ALL_RHYMES, rhymesOf, TONE, tonesOf } from './prosody.ts';
import { countRepetition } from './repetition.ts';

export type ToneMark = '平' | '仄' | '中';

export interface CharacterReport {
  readonly character: string;
  /** As it is read here: a character of two readings as its place wants it, 中 where it wants nothing; null if unknown. */
  readonly tone: ToneMark | null;
  /** What the pattern wants here. */
  readonly place: ToneMark;
}

/** A character that does not do what the poem's pattern or rhyme wants. */
export interface Breach {
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly position: number;
  readonly character: string;
  readonly rule: 'tone' | 'rhyme';
  /** 平 or 仄, or the rhyme group. */
  readonly expected: string;
}

export interface VerseReport {
  /** The verse lines, without marks. */
  readonly lines: readonly (readonly CharacterReport[])[];
  /** Name of the pattern of the plan's meter that fits best; null with meter `none`. */
  readonly pattern: string | null;
  /** The 平水韻 group in which the even lines end, or most of them; null where none does. */
  readonly rhyme: string | null;
  readonly deviations: readonly Breach[];
  readonly kept: Promises;
  /** Hanzi that have stood in the poem before, doubled ones (悠悠) aside. */
  readonly repeatedCharacters: number;
  /** Pairs of neighbours in a line that have stood in the poem before. */
  readonly repeatedBigrams: number;
}

export interface Promises {
  /** Every line has its length, hanzi stand where hanzi should, and marks where marks should. */
  readonly shape: boolean;
  /** Every given character stands in its place, and every choice is one of its forms. */
  readonly given: boolean;
  /** The even lines (and an odd last one) share one level-tone group: the asked one, where one was asked for. */
  readonly rhyme: boolean;
  /** A strict pattern fits every character. */
  readonly toneStrict: boolean;
  /** A loose pattern fits: even places and line ends. */
  readonly toneLoose: boolean;
  /** Share of hanzi that fit the strict pattern that fits best, 0 to 1. */
  readonly toneCharacter: number;
}

/** Reports on a poem written to a plan: one string a slot, in order. */
export function reportOn(poem: {
  readonly characters: readonly string[];
  readonly plan: VersePlan;
}): VerseReport {
  const { characters, plan } = poem;
  const lines = Array.from({ length: plan.lines }, (_, line) => {
    const start = line * (plan.length + 1);
    return characters.slice(start, start + plan.length);
  });
  const shape =
    characters.length === plan.slots.length &&
    plan.slots.every((slot, i) => {
      const written = characters[i] as string;
      return slot.kind === 'given' && !isHanzi(slot.text) ? written === slot.text : isHanzi(written);
    });
  const given = plan.slots.every((slot, i) => {
    const written = characters[i] ?? '';
    if (slot.kind === 'given') return slot.text === written;
    return slot.kind === 'free' || slot.among.includes(written);
  });
  return examine(lines, plan, { shape, given });
}

/**
 * Reports on a poem from elsewhere, traditional script, as if it had been written freely in a form. Throws a
 * RangeError where the text does not have the form's lines and lengths.
 */
export function reportOnText(text: string, form: FormName): VerseReport {
  const { lines: count, length } = FORMS[form];
  const lines = text
    .split(/[^\p{Unified_Ideograph}]+/u)
    .filter((line) => line !== '')
    .map((line) => [...line]);
  if (lines.length !== count || lines.some((line) => line.length !== length)) {
    throw new RangeError(`not a ${form}: ${text}`);
  }
  const frame = { lines: count, length, meter: 'strict', rhymes: ALL_RHYMES } as const;
  return examine(lines, frame, { shape: true, given: true });
}

type Frame = Pick<VersePlan, 'lines' | 'length' | 'meter' | 'rhymes'>;

function examine(
  lines: readonly (readonly string[])[],
  { lines: count, length, meter, rhymes }: Frame,
  stands: Pick<Promises, 'shape' | 'given'>,
): VerseReport {
  const tones = lines.map((line) => line.map(tonesOf));
  const candidates =
    meter === 'none'
      ? [tonelessPattern(count, length, rhymes.length > 0)]
      : patternsFor(count, length, meter);
  const fit = closest(candidates.map((pattern) => fitPoem(lines, tones, pattern, rhymes)));
  const brokenTones = (standard: 'strict' | 'loose') =>
    Math.min(
      ...patternsFor(count, length, standard).map((pattern) => toneBreaches(lines, tones, pattern).length),
    );
  const strictlyBroken = brokenTones('strict');
  const closing = rhymedLines(count).map((line) => lines[line]?.at(-1) ?? '');
  const shared = commonRhyme(closing, rhymes);
  const repetition = countRepetition(lines);
  return {
    lines: lines.map((line, i) => {
      const { shape } = fitLine(tones[i] as number[], fit.pattern.lines[i] as string);
      return line.map((character, j) => markCharacter(character, shape[j] ?? 0));
    }),
    pattern: meter === 'none' ? null : fit.pattern.name,
    rhyme: shared.missed.length < closing.length ? shared.group : null,
    deviations: fit.breaches,
    kept: {
      ...stands,
      rhyme: shared.missed.length === 0,
      toneStrict: strictlyBroken === 0,
      toneLoose: brokenTones('loose') === 0,
      toneCharacter: 1 - strictlyBroken / Math.max(1, lines.flat().length),
    },
    repeatedCharacters: repetition.characters,
    repeatedBigrams: repetition.pairs,
  };
}

interface PoemFit {
  readonly pattern: Pattern;
  readonly breaches: readonly Breach[];
}

function closest(fits: readonly PoemFit[]): PoemFit {
  return fits.reduce((best, fit) => (fit.breaches.length < best.breaches.length ? fit : best));
}

function fitPoem(
  lines: readonly (readonly string[])[],
  tones: readonly (readonly number[])[],
  pattern: Pattern,
  rhymes: readonly string[],
): PoemFit {
  const { group, missed } = commonRhyme(
    pattern.rhymed.map((line) => lines[line]?.at(-1) ?? ''),
    rhymes,
  );
  const breaches: Breach[] = toneBreaches(lines, tones, pattern);
  for (const index of missed) {
    const line = pattern.rhymed[index] as number;
    const position = (lines[line]?.length ?? 0) - 1;
    // A character of the wrong tone cannot rhyme; that is said once.
    if (breaches.some((breach) => breach.line === line && breach.position === position)) continue;
    breaches.push({
      line,
      position,
      character: lines[line]?.at(-1) ?? '',
      rule: 'rhyme',
      expected: group ?? '',
    });
  }
  return { pattern, breaches: breaches.sort((a, b) => a.line - b.line || a.position - b.position) };
}

function toneBreaches(
  lines: readonly (readonly string[])[],
  tones: readonly (readonly number[])[],
  pattern: Pattern,
): Breach[] {
  return lines.flatMap((characters, line) => {
    const { shape, broken } = fitLine(tones[line] as readonly number[], pattern.lines[line] as string);
    return broken.map((position) => ({
      line,
      position,
      character: characters[position] as string,
      rule: 'tone' as const,
      expected: toneMark(shape[position] as number),
    }));
  });
}

/**
 * The group among `rhymes` (any, where it is empty) in which most of the characters rhyme, and the indices of those
 * that do not. A character of unknown tone rhymes with everything.
 */
function commonRhyme(
  characters: readonly string[],
  rhymes: readonly string[],
): { readonly group: string | null; readonly missed: readonly number[] } {
  // What was asked for is expected even where nothing rhymes in it.
  let group = rhymes.length === 1 ? (rhymes[0] as string) : null;
  let missed: readonly number[] = characters.map((_, i) => i);
  for (const candidate of rhymes.length === 0 ? ALL_RHYMES : rhymes) {
    const misses = characters.flatMap((char, i) => (rhymesIn(char, candidate) ? [] : [i]));
    if (misses.length < missed.length) {
      group = candidate;
      missed = misses;
    }
  }
  return { group, missed };
}

function rhymesIn(char: string, group: string): boolean {
  return tonesOf(char) === 0 || rhymesOf(char).includes(group);
}

function toneMark(bits: number): ToneMark {
  if (bits === TONE.level) return '平';
  return bits === TONE.oblique ? '仄' : '中';
}

function markCharacter(character: string, wanted: number): CharacterReport {
  const bits = tonesOf(character);
  return {
    character,
    tone: bits === 0 ? null : toneMark(bits & wanted || bits),
    place: toneMark(wanted),
  };
}
