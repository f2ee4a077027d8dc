/** Compares the lines of a finished poem with a tone pattern: which characters break its tones or the rhyme. */

import { fitLine } from './meter.ts';
import type { Pattern } from './plan.ts';
import { ALL_RHYMES, rhymesOf, TONE, tonesOf } from './prosody.ts';

/** The verse lines of a poem, without punctuation: the characters of each line. */
export type VerseLines = readonly (readonly string[])[];

export type ToneMark = '平' | '仄' | '中';

/** A character that breaks the pattern or the rhyme. */
export interface PatternDeviation {
  /** Index of the verse line, from 0. */
  readonly line: number;
  /** Index in the line, from 0. */
  readonly position: number;
  readonly character: string;
  readonly rule: 'tone' | 'rhyme';
  /** The expected tone (平 or 仄) or rhyme group. */
  readonly expected: string;
}

export interface PatternFit {
  readonly pattern: Pattern;
  readonly deviations: readonly PatternDeviation[];
}

/** The pattern with the fewest deviations; the first one of several. Throws a TypeError if there are no patterns. */
export function closestPattern(
  lines: VerseLines,
  patterns: readonly Pattern[],
  rhymes: readonly string[],
): PatternFit {
  return patterns
    .map((pattern) => fitPattern(lines, pattern, rhymes))
    .reduce((best, fit) => (fit.deviations.length < best.deviations.length ? fit : best));
}

function fitPattern(lines: VerseLines, pattern: Pattern, rhymes: readonly string[]): PatternFit {
  const endings = pattern.rhymed.map((line) => lines[line]?.at(-1) ?? '');
  const { group, missed } = commonRhyme(endings, rhymes);
  const deviations = toneDeviations(lines, pattern);
  for (const [index, line] of pattern.rhymed.entries()) {
    if (!missed.includes(index)) continue;
    const position = (lines[line]?.length ?? 0) - 1;
    // A character of the wrong tone cannot rhyme. It is reported only once.
    if (deviations.some((deviation) => deviation.line === line && deviation.position === position)) continue;
    deviations.push({
      line,
      position,
      character: endings[index] ?? '',
      rule: 'rhyme',
      expected: group ?? '',
    });
  }
  deviations.sort((a, b) => a.line - b.line || a.position - b.position);
  return { pattern, deviations };
}

/** The characters whose tone breaks the pattern, in the order of the poem. */
export function toneDeviations(lines: VerseLines, pattern: Pattern): PatternDeviation[] {
  return lines.flatMap((characters, line) => {
    const { shape, broken } = fitLine(characters.map(tonesOf), pattern.lines[line] ?? '');
    return broken.map((position) => ({
      line,
      position,
      character: characters[position] ?? '',
      rule: 'tone' as const,
      expected: toneMark(shape[position] ?? TONE.either),
    }));
  });
}

/**
 * The group among `rhymes` in which most of the characters rhyme, and the indices of the characters that do not. If
 * `rhymes` is empty, any group counts. A character of unknown tone rhymes with everything.
 */
export function commonRhyme(
  characters: readonly string[],
  rhymes: readonly string[],
): { readonly group: string | null; readonly missed: readonly number[] } {
  const [first, ...others] = rhymes;
  // A single group was requested. It is expected even if nothing rhymes in it.
  let group = first !== undefined && others.length === 0 ? first : null;
  let missed: readonly number[] = characters.map((_, i) => i);
  for (const each of rhymes.length === 0 ? ALL_RHYMES : rhymes) {
    const misses = characters.flatMap((char, i) => (rhymesIn(char, each) ? [] : [i]));
    if (misses.length < missed.length) {
      group = each;
      missed = misses;
    }
  }
  return { group, missed };
}

function rhymesIn(char: string, group: string): boolean {
  return tonesOf(char) === 0 || rhymesOf(char).includes(group);
}

/** The usual sign for tone bits. */
export function toneMark(bits: number): ToneMark {
  if (bits === TONE.level) return '平';
  return bits === TONE.oblique ? '仄' : '中';
}
