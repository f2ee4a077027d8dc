/** How much texts repeat themselves and one another. Shares are from 0 to 1. */

import { verseLines } from '../../poetry/verse-lines.ts';

export interface Repetition {
  readonly texts: number;
  /** Mean share of a text's hanzi that have stood in it before, doublings (悠悠) aside. */
  readonly characters: number;
  /** Share of texts in which a pair of neighbours within a line comes back. */
  readonly pairs: number;
  /** Share of texts that go in a loop: {@link LOOP} hanzi on end that have stood in the text before. */
  readonly loops: number;
  /** Different hanzi over all hanzi, and the same for pairs within lines; over the first {@link SPAN} of each text. */
  readonly distinct1: number;
  readonly distinct2: number;
  /** Share of texts whose last line is another text's too. */
  readonly sharedEndings: number;
}

/** What people write again in one poem is hardly ever this long. */
export const LOOP = 4;
/** A 七絕: longer texts have fewer new characters to offer, so all are cut to one length. */
export const SPAN = 28;

/** Throws a RangeError where there are no texts. */
export function repetitionOf(texts: readonly string[]): Repetition {
  if (texts.length === 0) throw new RangeError('there are no texts to measure');
  const poems = texts.map((text) => linesOf(text));
  const share = (holds: (lines: readonly string[][]) => boolean) => poems.filter(holds).length / poems.length;
  const endings = new Map<string, number>();
  for (const lines of poems) {
    const ending = (lines.at(-1) ?? []).join('');
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
  }
  const heads = poems.map((lines) => cut(lines, SPAN));
  return {
    texts: texts.length,
    characters: poems.reduce((sum, lines) => sum + repeatedCharacters(lines), 0) / poems.length,
    pairs: share((lines) => recurs(lines.flatMap((line) => ngrams(line, 2)))),
    loops: share((lines) => recurs(ngrams(lines.flat(), LOOP))),
    distinct1: distinct(heads.flatMap((lines) => lines.flat())),
    distinct2: distinct(heads.flatMap((lines) => lines.flatMap((line) => ngrams(line, 2)))),
    sharedEndings: share((lines) => (endings.get((lines.at(-1) ?? []).join('')) ?? 0) > 1),
  };
}

function linesOf(text: string): string[][] {
  return verseLines(text).map((line) => [...line]);
}

/** The first so many hanzi, in their lines. */
function cut(lines: readonly string[][], hanzi: number): string[][] {
  let left = hanzi;
  return lines.map((line) => {
    const kept = line.slice(0, left);
    left -= kept.length;
    return kept;
  });
}

function ngrams(characters: readonly string[], n: number): string[] {
  return characters.slice(n - 1).map((_, i) => characters.slice(i, i + n).join(''));
}

function recurs(items: readonly string[]): boolean {
  return new Set(items).size < items.length;
}

function distinct(items: readonly string[]): number {
  return items.length === 0 ? 1 : new Set(items).size / items.length;
}

function repeatedCharacters(lines: readonly string[][]): number {
  const seen = new Set<string>();
  let repeated = 0;
  let all = 0;
  for (const line of lines) {
    for (const [i, char] of line.entries()) {
      if (seen.has(char) && char !== line[i - 1]) repeated++;
      seen.add(char);
      all++;
    }
  }
  return all === 0 ? 0 : repeated / all;
}
