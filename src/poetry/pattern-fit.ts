/** Compares the lines of a finished poem with tone patterns: which characters break the tones or the rhyme. */

import { FAULT_WEIGHT, type NearPattern } from './adhesion.ts';
import { alternativesOf, fitLine, rhymedLines } from './meter.ts';
import type { Pattern } from './plan.ts';
import { TONE, tonesOf, usualRhymesOf, usualTonesOf } from './prosody.ts';
import { rescuedPlace } from './rescue.ts';
import { fitRhyme, type RhymeFit } from './rhyme-fit.ts';

/** The verse lines of a poem, without punctuation: the characters of each line. */
export type VerseLines = readonly (readonly string[])[];

export type ToneMark = '平' | '仄' | '中';

export interface Place {
  /** Index of the verse line, from 0. */
  readonly line: number;
  /** Index in the line, from 0. */
  readonly position: number;
  readonly character: string;
}

/** A character that breaks the pattern or the rhyme, or the second character of a line that breaks 對 or 黏. */
export interface PatternDeviation extends Place {
  readonly rule: 'tone' | 'rhyme' | 'opposition' | 'adhesion';
  /** The expected tone (平 or 仄) or rhyme group. */
  readonly expected: string;
}

export interface PatternFit {
  readonly pattern: Pattern;
  readonly deviations: readonly PatternDeviation[];
  /** Characters whose tone the next line rescues. */
  readonly rescued: readonly Place[];
  readonly rhyme: RhymeFit;
}

/** The pattern that the poem breaks least. Throws a TypeError if there are no patterns. */
export function closestPattern(
  lines: VerseLines,
  patterns: readonly NearPattern[],
  rhymes: readonly string[],
): PatternFit {
  const fits = patterns.map((near) => fitPattern(lines, near, rhymes));
  return fits.reduce((best, fit) => (isCloser(fit, best, lines) ? fit : best));
}

/**
 * Whether the first fit is better. If both have as many deviations, the one with fewer rare readings is better, and then
 * the one in which the first line rhymes.
 */
function isCloser(fit: PatternFit, best: PatternFit, lines: VerseLines): boolean {
  const gain =
    weightOf(best) - weightOf(fit) ||
    rareReadings(lines, best.pattern) - rareReadings(lines, fit.pattern) ||
    Number(firstRhymes(fit, lines)) - Number(firstRhymes(best, lines));
  return gain > 0;
}

function weightOf({ deviations }: PatternFit): number {
  const isFault = ({ rule }: PatternDeviation) => rule === 'opposition' || rule === 'adhesion';
  return deviations.reduce((sum, deviation) => sum + (isFault(deviation) ? FAULT_WEIGHT : 1), 0);
}

/** How many characters fit the pattern only by a reading that verse rarely has. */
function rareReadings(lines: VerseLines, pattern: Pattern): number {
  let count = 0;
  for (const [i, line] of lines.entries()) {
    const { shape } = fitLine(line.map(tonesOf), pattern.lines[i] ?? '');
    count += line.filter((char, at) => {
      const allowed = shape[at] ?? TONE.either;
      return (tonesOf(char) & allowed) !== 0 && (usualTonesOf(char) & allowed) === 0;
    }).length;
  }
  return count;
}

function firstRhymes({ rhyme }: PatternFit, lines: VerseLines): boolean {
  const usual = usualRhymesOf(lines[0]?.at(-1) ?? '');
  return rhyme.first === 'own' && rhyme.group !== null && usual.includes(rhyme.group);
}

function fitPattern(
  lines: VerseLines,
  { pattern, faults }: NearPattern,
  rhymes: readonly string[],
): PatternFit {
  const { deviations, rescued } = fitTones(lines, pattern);
  for (const { line, rule } of faults) {
    const expected = toneMark(TONE.either ^ (alternativesOf(pattern.lines[line] ?? '')[0]?.[1] ?? 0));
    deviations.push({ line, position: 1, character: lines[line]?.[1] ?? '', rule, expected });
  }
  const demanded = rhymedLines(lines.length).filter((line) => pattern.rhymed.includes(line));
  const endingOf = (line: number) => lines[line]?.at(-1) ?? '';
  const extra = pattern.rhymed.includes(0) && !demanded.includes(0);
  const rhyme = fitRhyme({ first: extra ? endingOf(0) : null, others: demanded.map(endingOf) }, rhymes);
  const missed = demanded.filter((_, index) => rhyme.missed.includes(index));
  if (rhyme.first === 'missed') missed.unshift(0);
  for (const line of missed) {
    const position = (lines[line]?.length ?? 0) - 1;
    const character = endingOf(line);
    // A character of the wrong tone cannot rhyme. It is reported only once.
    if (deviations.some((deviation) => deviation.line === line && deviation.position === position)) continue;
    // A character of unknown tone is reported as such.
    if (tonesOf(character) === 0) continue;
    deviations.push({ line, position, character, rule: 'rhyme', expected: rhyme.group ?? '' });
  }
  deviations.sort((a, b) => a.line - b.line || a.position - b.position);
  return { pattern, deviations, rescued, rhyme };
}

/** The characters whose tone breaks the pattern, and those that the next line rescues, in the order of the poem. */
export function fitTones(
  lines: VerseLines,
  pattern: Pattern,
): { readonly deviations: PatternDeviation[]; readonly rescued: readonly Place[] } {
  const tones = lines.map((line) => line.map(tonesOf));
  const deviations: PatternDeviation[] = [];
  const rescued: Place[] = [];
  for (const [line, characters] of lines.entries()) {
    const { shape, broken } = fitLine(tones[line] ?? [], pattern.lines[line] ?? '');
    const saved = rescuedPlace(tones, pattern, line);
    for (const position of broken) {
      const place = { line, position, character: characters[position] ?? '' };
      if (position === saved) rescued.push(place);
      else deviations.push({ ...place, rule: 'tone', expected: toneMark(shape[position] ?? TONE.either) });
    }
  }
  return { deviations, rescued };
}

/** The usual sign for tone bits. */
export function toneMark(bits: number): ToneMark {
  if (bits === TONE.level) return '平';
  return bits === TONE.oblique ? '仄' : '中';
}
