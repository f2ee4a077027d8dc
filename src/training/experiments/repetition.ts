/** Measures how much texts repeat themselves and one another. Shares are from 0 to 1. */

import { countRepetition } from '../../poetry/repetition.ts';
import { verseLines } from '../../poetry/verse-lines.ts';
import { distinctShare, ngramsOf } from '../distinct.ts';

export interface Repetition {
  readonly texts: number;
  /** Mean share of a text's hanzi that stood in it before; doublings (悠悠) do not count. */
  readonly characters: number;
  /** Share of texts in which a pair of neighbours within a line comes back. */
  readonly pairs: number;
  /** Share of texts that loop: {@link LOOP} hanzi in a row stood in the text before. */
  readonly loops: number;
  /** Different hanzi over all hanzi, of the first {@link SPAN} hanzi of each text. */
  readonly distinct1: number;
  /** The same for pairs of neighbours within lines. */
  readonly distinct2: number;
  /** Share of texts whose last line is also the last line of another text. */
  readonly sharedEndings: number;
}

/** People hardly ever repeat this many hanzi in a row within one poem. */
export const LOOP = 4;
/** The length of a 七絕. Longer texts repeat more, so only this much of each is measured. */
export const SPAN = 28;

type Lines = readonly (readonly string[])[];

/** Throws a RangeError if there are no texts. */
export function repetitionOf(texts: readonly string[]): Repetition {
  if (texts.length === 0) throw new RangeError('there are no texts to measure');
  const poems = texts.map((text): Lines => verseLines(text).map((line) => [...line]));
  const share = (holds: (lines: Lines) => boolean) => poems.filter(holds).length / poems.length;
  const endings = new Map<string, number>();
  for (const lines of poems) endings.set(endingOf(lines), (endings.get(endingOf(lines)) ?? 0) + 1);
  const beginnings = poems.map((lines) => firstHanzi(lines, SPAN));
  return {
    texts: texts.length,
    characters: poems.reduce((sum, lines) => sum + repeatedShare(lines), 0) / poems.length,
    pairs: share((lines) => countRepetition(lines).pairs > 0),
    loops: share((lines) => recurs(ngramsOf(lines.flat(), LOOP))),
    distinct1: distinctShare(beginnings.flat(), 1) ?? 1,
    distinct2: distinctShare(beginnings.flat(), 2) ?? 1,
    sharedEndings: share((lines) => (endings.get(endingOf(lines)) ?? 0) > 1),
  };
}

function endingOf(lines: Lines): string {
  return (lines.at(-1) ?? []).join('');
}

/** The first `count` hanzi, in their lines. */
function firstHanzi(lines: Lines, count: number): Lines {
  let left = count;
  return lines.map((line) => {
    const kept = line.slice(0, left);
    left -= kept.length;
    return kept;
  });
}

function recurs(items: readonly string[]): boolean {
  return new Set(items).size < items.length;
}

function repeatedShare(lines: Lines): number {
  const all = lines.flat().length;
  return all === 0 ? 0 : countRepetition(lines).characters / all;
}
