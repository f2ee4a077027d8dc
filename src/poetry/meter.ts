/**
 * The tone patterns of regulated verse (近體詩格律), after 王力《詩詞格律》.
 *
 * There are four kinds of line, with Wang Li's names. `a` and `b` end oblique and open a couplet. `A` and `B` end level
 * and rhyme. Among the last five characters, the second is oblique in `a` and `A`, and level in `b` and `B`. The second
 * characters of the two lines of a couplet have opposite tones (對). The second characters of the neighbouring lines of
 * two couplets have the same tone (黏). So the first line determines all other lines of the poem.
 */

import type { LineLength } from './form.ts';
import { FORM_NAMES, FORMS, tagOf } from './form.ts';
import type { Pattern } from './plan.ts';
import { TONE } from './prosody.ts';
import type { Meter } from './request.ts';

type Kinds = { readonly [kind in 'a' | 'A' | 'b' | 'B']: string };

/**
 * Five-character lines, in the notation of `Pattern`. The odd places are free, as in tradition (一三五不論), except:
 * - `B` never has a single level tone besides the rhyme (孤平): if the first is oblique, the third is level;
 * - `A` never ends on three level tones (三平尾);
 * - `b` may swap its third and fourth tone (平平仄平仄), and may end on three oblique tones, if the first is level.
 * Of the Tang lines whose even places are regular, 0.3 % and 1.2 % break the first two rules. 14 % and 10 % of the `b`
 * lines use the two liberties of the last rule.
 */
const STRICT_FIVE: Kinds = { a: 'xzxpz', B: 'ppxzp|zppzp', b: 'xppzz|ppzxz', A: 'xzzpp' };

/** Two more characters in front. Three oblique tones at the end occur in only 1 % of these `b` lines, and are not allowed. */
const STRICT_SEVEN: Kinds = { a: 'xpxzxpz', B: 'xzppxzp|xzzppzp', b: 'xzxppzz|xzppzpz', A: 'xpxzzpp' };

/** Only the even places and the last place are fixed. `b` may swap tones as in the strict patterns. */
const LOOSE_FIVE: Kinds = { a: 'xzxpz', B: 'xpxzp', b: 'xpxzz|xpzxz', A: 'xzxpp' };
const LOOSE_SEVEN: Kinds = { a: 'xpxzxpz', B: 'xzxpxzp', b: 'xzxpxzz|xzxpzxz', A: 'xpxzxpp' };

const LINES_OF: { readonly [meter in Exclude<Meter, 'none'>]: { readonly [length in LineLength]: Kinds } } = {
  strict: { 5: STRICT_FIVE, 7: STRICT_SEVEN },
  loose: { 5: LOOSE_FIVE, 7: LOOSE_SEVEN },
};

/** The kind of a line, apart from whether it rhymes: `a` stands for `a` and `A`, `b` for `b` and `B`. */
export type LineKind = 'a' | 'b';

/** The first line of a pattern: its kind, and whether it rhymes. */
export interface FirstLine {
  readonly start: LineKind;
  readonly rhymes: boolean;
}

/** The first lines of the four patterns of a poem. */
export const FIRST_LINES: readonly FirstLine[] = [
  { start: 'b', rhymes: false },
  { start: 'a', rhymes: false },
  { start: 'a', rhymes: true },
  { start: 'b', rhymes: true },
];
const OPPOSITE = { a: 'b', b: 'a' } as const;
const RHYMING = { a: 'A', b: 'B' } as const;

/** Indices of the verse lines that rhyme: every second line, and the last line, even if their number is odd. */
export function rhymedLines(lines: number): number[] {
  return Array.from({ length: lines }, (_, line) => line).filter(
    (line) => line % 2 === 1 || line === lines - 1,
  );
}

/**
 * The four patterns of a poem of `lines` lines of `length` characters: with level or oblique start, and with or without
 * rhyme in the first line. Empty with meter `none`.
 */
export function patternsFor(lines: number, length: LineLength, meter: Meter): Pattern[] {
  if (meter === 'none') return [];
  return FIRST_LINES.map((first) => patternOf(first, regularKinds(first.start, lines), length, meter));
}

/** The kinds of the lines of a poem whose first line has the kind `start`, by 對 and 黏. */
export function regularKinds(start: LineKind, lines: number): LineKind[] {
  // Four lines have the kind of the first line, the opposite one twice, and the kind of the first line again.
  return Array.from({ length: lines }, (_, line) =>
    line % 4 === 0 || line % 4 === 3 ? start : OPPOSITE[start],
  );
}

/** The pattern of a poem with this first line, and with lines of these kinds. */
export function patternOf(
  { start, rhymes }: FirstLine,
  kinds: readonly LineKind[],
  length: LineLength,
  meter: Exclude<Meter, 'none'>,
): Pattern {
  const shapes = LINES_OF[meter][length];
  const rhymed = rhymedLines(kinds.length);
  if (rhymes && !rhymed.includes(0)) rhymed.unshift(0);
  // The second character of a `b` line is level in five-character verse and oblique in seven-character verse.
  const tone = (start === 'b') === (length === 5) ? '平' : '仄';
  return {
    name: `${titleOf(kinds.length, length)}${tone}起首句${rhymes ? '入韻' : '不入韻'}`,
    lines: kinds.map((kind, line) => shapes[rhymed.includes(line) ? RHYMING[kind] : kind]),
    rhymed,
  };
}

/** A pattern without tones, for verse that follows no meter: it only rhymes, or is entirely free. */
export function tonelessPattern(lines: number, length: LineLength, rhymes: boolean): Pattern {
  const rhymed = rhymes ? rhymedLines(lines) : [];
  const free = 'x'.repeat(length);
  const ending = `${'x'.repeat(length - 1)}p`;
  return {
    name: `${titleOf(lines, length)}${rhymes ? '押韻' : '自由'}`,
    lines: Array.from({ length: lines }, (_, line) => (rhymed.includes(line) ? ending : free)),
    rhymed,
  };
}

function titleOf(lines: number, length: LineLength): string {
  const tag = tagOf(lines, length);
  const form = FORM_NAMES.find((name) => name === tag);
  if (form !== undefined) return FORMS[form].title;
  return length === 5 ? '五言' : '七言';
}

const TONE_BITS: Readonly<Record<string, number>> = { p: TONE.level, z: TONE.oblique, x: TONE.either };
const parsedLines = new Map<string, readonly (readonly number[])[]>();

/** The alternatives of a line of a `Pattern`. Each has the allowed tone bits (prosody's `TONE`) of every place. */
export function alternativesOf(line: string): readonly (readonly number[])[] {
  let alternatives = parsedLines.get(line);
  if (alternatives === undefined) {
    alternatives = line.split('|').map((shape) => [...shape].map((place) => TONE_BITS[place] ?? TONE.either));
    parsedLines.set(line, alternatives);
  }
  return alternatives;
}

/** How the tones of a verse line fit a line of a pattern. */
export interface LineFit {
  /** The alternative that fits best: the allowed tone bits of every place. */
  readonly shape: readonly number[];
  /** The places that do not fit. */
  readonly broken: readonly number[];
}

/** The places at which the tone bits of a verse line do not fit a shape. 0 (unknown or not yet written) fits anywhere. */
export function brokenPlaces(tones: readonly number[], shape: readonly number[]): number[] {
  const broken: number[] = [];
  for (const [place, allowed] of shape.entries()) {
    const tone = tones[place] ?? 0;
    if (tone !== 0 && (tone & allowed) === 0) broken.push(place);
  }
  return broken;
}

/** Finds the alternative of a pattern's line that fits the tone bits of a verse line best. */
export function fitLine(tones: readonly number[], line: string): LineFit {
  return alternativesOf(line)
    .map((shape) => ({ shape, broken: brokenPlaces(tones, shape) }))
    .reduce((best, fit) => (fit.broken.length < best.broken.length ? fit : best));
}
