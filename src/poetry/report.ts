/**
 * The 格律 report of a finished poem: its pattern, the tone and rhyme of every character, and whether each promise of
 * its plan was kept. The report uses only the plan and the characters of the poem, not the state of the cursor that
 * wrote it, so that it can find the cursor's errors.
 */

import { nearPatterns } from './adhesion.ts';
import type { FormName } from './form.ts';
import { FORMS, isLineLength } from './form.ts';
import { isHanzi } from './hanzi.ts';
import { fitLine, patternsFor, rhymedLines, tonelessPattern } from './meter.ts';
import {
  closestPattern,
  fitTones,
  type PatternDeviation,
  type Place,
  type ToneMark,
  toneMark,
  type VerseLines,
} from './pattern-fit.ts';
import type { VersePlan } from './plan.ts';
import { ALL_RHYMES, TONE, tonesOf } from './prosody.ts';
import { countRepetition } from './repetition.ts';
import { fitRhyme } from './rhyme-fit.ts';

export interface CharacterReport {
  readonly character: string;
  /**
   * The tone as it is read here: a character of two tones is read as its place expects, and 中 if its place expects
   * neither. Null if the tone is unknown.
   */
  readonly tone: ToneMark | null;
  /** The tone that the pattern expects here. */
  readonly place: ToneMark;
}

export interface VerseReport {
  /** The verse lines, without punctuation. */
  readonly lines: readonly (readonly CharacterReport[])[];
  /** Name of the closest pattern of the plan's meter. Null with meter `none`. */
  readonly pattern: string | null;
  /** The 平水韻 group in which most of the rhyming lines end. Null if none does. */
  readonly rhyme: string | null;
  /**
   * Whether all rhyming lines end in oblique tones. Regulated verse rhymes in level tones, so the handbooks call such a poem
   * old-style verse (古體), a quatrain 古絕, and hold it to no pattern.
   */
  readonly oldStyle: boolean;
  /** Whether the first line rhymes in a neighbouring group, which tradition allows. */
  readonly neighbourRhyme: boolean;
  /** The characters that break the closest pattern or the rhyme, and the lines that break 對 or 黏. */
  readonly deviations: readonly PatternDeviation[];
  /** Characters of the wrong tone that the next line rescues. They are no deviations. */
  readonly rescued: readonly Place[];
  /** Characters whose tone is unknown. Nothing can be said of them. */
  readonly unknown: readonly Place[];
  readonly kept: Promises;
  /** Number of hanzi that occurred earlier in the poem. A doubled character (悠悠) does not count. */
  readonly repeatedCharacters: number;
  /** Number of pairs of neighbours in a line that occurred earlier in the poem. */
  readonly repeatedBigrams: number;
}

/** The promises of a plan, and whether the poem keeps each. */
export interface Promises {
  /** Every line has its length, with hanzi and punctuation in their places. */
  readonly shape: boolean;
  /** Every given character is in its place, and every choice is one of its forms. */
  readonly given: boolean;
  /** The even lines, and an odd last line, rhyme in one level-tone group: the requested one, if there is one. */
  readonly rhyme: boolean;
  /** Every character has a known tone and fits some strict pattern. */
  readonly toneStrict: boolean;
  /** Every character has a known tone and fits some loose pattern, which fixes the even places and the line ends. */
  readonly toneLoose: boolean;
  /** Share of the hanzi that fit the closest strict pattern, 0 to 1. */
  readonly toneCharacter: number;
}

/**
 * Reports on a poem that was written to a plan. `characters` has one string for each slot, in order. Throws a RangeError if
 * its lines have neither five nor seven characters.
 */
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
      const written = characters[i] ?? '';
      return slot.kind === 'given' && !isHanzi(slot.text) ? written === slot.text : isHanzi(written);
    });
  const given = plan.slots.every((slot, i) => {
    const written = characters[i] ?? '';
    if (slot.kind === 'given') return slot.text === written;
    return slot.kind !== 'choice' || slot.among.includes(written);
  });
  return examine(lines, plan, { shape, given });
}

/**
 * Reports on any text in traditional script, as a poem of this form with free choice of every character. Throws a
 * RangeError if the text does not have the lines and lengths of the form.
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
  lines: VerseLines,
  { lines: count, length, meter, rhymes }: Frame,
  checked: Pick<Promises, 'shape' | 'given'>,
): VerseReport {
  if (!isLineLength(length)) throw new RangeError(`there are no patterns for lines of ${length}`);
  const patterns =
    meter === 'none'
      ? [{ pattern: tonelessPattern(count, length, rhymes.length > 0), faults: [] }]
      : nearPatterns(
          lines.map((line) => line.map(tonesOf)),
          length,
          meter,
        );
  const { pattern, deviations, rescued, rhyme } = closestPattern(lines, patterns, rhymes);
  const fewestBroken = (standard: 'strict' | 'loose') =>
    Math.min(...patternsFor(count, length, standard).map((each) => fitTones(lines, each).deviations.length));
  const strictlyBroken = fewestBroken('strict');
  const unknown = lines.flatMap((line, i) =>
    line.flatMap((character, position) =>
      tonesOf(character) === 0 ? [{ line: i, position, character }] : [],
    ),
  );
  const endings = rhymedLines(count).map((line) => lines[line]?.at(-1) ?? '');
  const rhymeKept = fitRhyme({ first: null, others: endings }, rhymes).missed.length === 0;
  // Without a promised rhyme, the group is only an observation, and the pattern demands none.
  const found = pattern.rhymed.length > 0 ? rhyme : fitRhyme({ first: null, others: endings }, rhymes);
  const repetition = countRepetition(lines);
  return {
    lines: lines.map((line, i) => {
      const { shape } = fitLine(line.map(tonesOf), pattern.lines[i] ?? '');
      return line.map((character, j) => markCharacter(character, shape[j] ?? 0));
    }),
    pattern: meter === 'none' ? null : pattern.name,
    rhyme: found.missed.length < endings.length || found.first === 'own' ? found.group : null,
    oldStyle: endings.every((character) => tonesOf(character) === TONE.oblique),
    neighbourRhyme: found.first === 'neighbour',
    deviations,
    rescued,
    unknown,
    kept: {
      ...checked,
      rhyme: rhymeKept,
      toneStrict: strictlyBroken === 0 && unknown.length === 0,
      toneLoose: fewestBroken('loose') === 0 && unknown.length === 0,
      toneCharacter: 1 - (strictlyBroken + unknown.length) / Math.max(1, lines.flat().length),
    },
    repeatedCharacters: repetition.characters,
    repeatedBigrams: repetition.pairs,
  };
}

/** `expected` has the tone bits that the pattern allows here. */
function markCharacter(character: string, expected: number): CharacterReport {
  const bits = tonesOf(character);
  return {
    character,
    tone: bits === 0 ? null : toneMark(bits & expected || bits),
    place: toneMark(expected),
  };
}
