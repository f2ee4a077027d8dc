/**
 * The tone patterns of regulated verse (近體詩格律), after 王力《詩詞格律》.
 *
 * Everything follows from four kinds of line, called here as he does: `a` and `b` end oblique and open a couplet,
 * `A` and `B` end level and rhyme; letter for letter the second tone of the last five is the same (level in `b`
 * and `B`). Within a couplet the second characters are opposed (對), between couplets they agree (黏), so a poem of
 * any number of lines is fixed by its first: level or oblique start, rhyming or not.
 */

import type { LineLength } from './form.ts';
import { FORMS, tagOf } from './form.ts';
import type { Pattern } from './plan.ts';
import type { Meter } from './request.ts';

type LineKind = 'a' | 'A' | 'b' | 'B';
type Kinds = { readonly [kind in LineKind]: string };

/**
 * Five-character lines: `p` level, `z` oblique, `x` either, alternatives side by side. The odd places are free
 * where tradition frees them (一三五不論), but
 * - `B` never keeps a lone level beside the rhyme (孤平): an oblique first is made good by a level third;
 * - `A` never ends on three levels (三平尾);
 * - `b` may swap its third and fourth (平平仄平仄), and may end on three obliques, after a level first.
 * The Tang poets' own lines bear this out: of those whose even places are right, 0.3 % and 1.2 % break the first
 * two rules, while 14 % and 10 % of the `b` lines take the last two liberties.
 */
const STRICT_FIVE: Kinds = { a: 'xzxpz', B: 'ppxzp|zppzp', b: 'xppzz|ppzxz', A: 'xzzpp' };

/** Two more characters in front. Three obliques at the end, 1 % of the `b` lines here, are not taken. */
const STRICT_SEVEN: Kinds = { a: 'xpxzxpz', B: 'xzppxzp|xzzppzp', b: 'xzxppzz|xzppzpz', A: 'xpxzzpp' };

/** Only the even places and the end are held, with the swap that the strict lines allow. */
const LOOSE_FIVE: Kinds = { a: 'xzxpz', B: 'xpxzp', b: 'xpxzz|xpzxz', A: 'xzxpp' };
const LOOSE_SEVEN: Kinds = { a: 'xpxzxpz', B: 'xzxpxzp', b: 'xzxpxzz|xzxpzxz', A: 'xpxzxpp' };

/**
 * The verse lines that end on the rhyme: the even ones, and the last where their number is odd, so that an
 * acrostic of seven lines closes on the rhyme too.
 */
export function rhymedLines(lines: number): number[] {
  return Array.from({ length: lines }, (_, line) => line).filter(
    (line) => line % 2 === 1 || line === lines - 1,
  );
}

/**
 * The patterns of `lines` lines of `length` characters: level or oblique start, first line rhyming or not. None
 * with meter `none`.
 */
export function patternsFor(lines: number, length: LineLength, meter: Meter): Pattern[] {
  if (meter === 'none') return [];
  const kinds =
    meter === 'strict'
      ? length === 5
        ? STRICT_FIVE
        : STRICT_SEVEN
      : length === 5
        ? LOOSE_FIVE
        : LOOSE_SEVEN;
  const patterns: Pattern[] = [];
  for (const first of ['b', 'a', 'A', 'B'] as const) {
    const rhymed = rhymedLines(lines);
    const firstRhymes = first === 'A' || first === 'B';
    if (firstRhymes && !rhymed.includes(0)) rhymed.unshift(0);
    const start = first.toLowerCase();
    patterns.push({
      name: `${titleOf(lines, length)}${(start === 'b') === (length === 5) ? '平' : '仄'}起首句${firstRhymes ? '入韻' : '不入韻'}`,
      lines: Array.from({ length: lines }, (_, line) => {
        // Second tones run same, opposed, opposed, same: opposition within a couplet, agreement between.
        const small = line % 4 === 0 || line % 4 === 3 ? start : start === 'a' ? 'b' : 'a';
        return kinds[(rhymed.includes(line) ? small.toUpperCase() : small) as LineKind];
      }),
      rhymed,
    });
  }
  return patterns;
}

/** A pattern without tones, for verse that need not scan: it rhymes, or is free altogether. */
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
  return tag in FORMS ? FORMS[tag as keyof typeof FORMS].title : length === 5 ? '五言' : '七言';
}

const TONE_BITS: Readonly<Record<string, number>> = { p: 1, z: 2, x: 3 };
const parsedLines = new Map<string, readonly (readonly number[])[]>();

/** The alternatives of a pattern's line, each the tone bits (see prosody's `TONE`) allowed at every place. */
export function alternativesOf(line: string): readonly (readonly number[])[] {
  let alternatives = parsedLines.get(line);
  if (alternatives === undefined) {
    alternatives = line.split('|').map((shape) => [...shape].map((place) => TONE_BITS[place] as number));
    parsedLines.set(line, alternatives);
  }
  return alternatives;
}

/** How a line of tones sits in a pattern's line. */
export interface LineFit {
  /** The alternative that fits best: tone bits allowed at every place. */
  readonly shape: readonly number[];
  /** The places that break it. */
  readonly broken: readonly number[];
}

/** The places at which tones (bits; 0, unknown or not written yet, fits anywhere) break a line's shape. */
export function brokenPlaces(tones: readonly number[], shape: readonly number[]): number[] {
  const broken: number[] = [];
  for (const [place, allowed] of shape.entries()) {
    const tone = tones[place] ?? 0;
    if (tone !== 0 && (tone & allowed) === 0) broken.push(place);
  }
  return broken;
}

/** Fits the tones of a verse line into a pattern's line, as {@link brokenPlaces} reads them. */
export function fitLine(tones: readonly number[], line: string): LineFit {
  return alternativesOf(line)
    .map((shape) => ({ shape, broken: brokenPlaces(tones, shape) }))
    .reduce((best, fit) => (fit.broken.length < best.broken.length ? fit : best));
}
