/**
 * Ranks candidates: the poems, finished or not, that were written for one order. Lower cost is better.
 *
 * The likelihood under the model alone is no judge: the likeliest poem is smooth filler, or goes round in circles
 * (docs/decisions/13). The critic hears broken words and empty lines, but alone it lets noise of rare words pass. So
 * several measures are weighed here, and nowhere else.
 */

import { feetOf } from '../poetry/feet.ts';
import { countRepetition } from '../poetry/repetition.ts';
import { isLineMark } from '../poetry/verse-lines.ts';
import type { RowResult } from './row.ts';

/** What each measure costs. */
export const WEIGHTS = {
  /** A nat a hanzi, on the mean. */
  likelihood: 1,
  /** A logit of the critic, taken off. */
  critic: 0.35,
  /** A nat a hanzi of the least likely foot. Readers fall over one broken spot. */
  worstFoot: 0.08,
  /** A nat a hanzi by which the title makes the poem likelier, taken off. Measured for the last few poems alone. */
  titleGain: 0.5,
  /** A pair of neighbouring characters that has occurred before. */
  repeatedPair: 0.25,
  /** A character that has occurred before. Doublings (悠悠), which are common in verse, cost nothing. */
  repeatedCharacter: 0.05,
  /** A worn phrase. */
  wornPhrase: 0.1,
  /** A nat a place by which a couplet is parallel, taken off; parallelism.ts has the measure. */
  parallel: 0.8,
} as const;

/** A single line is judged by the same measures. One broken spot is more of it than of a whole poem. */
export const LINE_WEIGHTS = { ...WEIGHTS, worstFoot: 0.15 } as const;

/** A candidate, and what others say of it. */
export interface Judged {
  readonly result: Pick<RowResult, 'characters' | 'nll' | 'hanzi' | 'nlls'>;
  /** The critic's logit; 0 without a critic. */
  readonly critic?: number | undefined;
  readonly wornPhrases?: ReadonlySet<string> | undefined;
  /** 0 if nothing stands opposite anything. */
  readonly parallel?: number;
}

/** The weighed sum of all measures but the title's gain. A poem without written hanzi has an NLL of 0. */
export function cost(
  { result, critic = 0, wornPhrases, parallel = 0 }: Judged,
  weights: { readonly [measure in keyof typeof WEIGHTS]: number } = WEIGHTS,
): number {
  const lines = linesOf(result);
  const texts = lines.map((line) => line.map(({ character }) => character));
  const { characters, pairs } = countRepetition(texts);
  return (
    weights.likelihood * (result.hanzi > 0 ? result.nll / result.hanzi : 0) -
    weights.critic * critic +
    weights.worstFoot * worstFoot(lines) +
    weights.repeatedPair * pairs +
    weights.repeatedCharacter * characters +
    weights.wornPhrase * countWorn(texts, wornPhrases) -
    weights.parallel * parallel
  );
}

interface WrittenCharacter {
  readonly character: string;
  /** Null if the model did not write it. */
  readonly nll: number | null;
}

/** The verse lines, without their marks. */
function linesOf({ characters, nlls }: Judged['result']): WrittenCharacter[][] {
  const lines: WrittenCharacter[][] = [[]];
  for (const [i, character] of characters.entries()) {
    if (isLineMark(character)) lines.push([]);
    else lines.at(-1)?.push({ character, nll: nlls[i] ?? null });
  }
  return lines;
}

/** The greatest mean NLL of a foot, over what the model wrote of it; 0 if it wrote nothing. */
function worstFoot(lines: readonly (readonly WrittenCharacter[])[]): number {
  let worst = 0;
  for (const line of lines) {
    let at = 0;
    for (const foot of feetOf(line.map(({ character }) => character).join(''))) {
      const length = [...foot].length;
      const nlls = line.slice(at, at + length).flatMap(({ nll }) => (nll === null ? [] : [nll]));
      at += length;
      if (nlls.length > 0) worst = Math.max(worst, nlls.reduce((sum, nll) => sum + nll, 0) / nlls.length);
    }
  }
  return worst;
}

/** How often a worn phrase occurs. Phrases do not go past a line. */
function countWorn(lines: readonly (readonly string[])[], wornPhrases?: ReadonlySet<string>): number {
  if (!wornPhrases?.size) return 0;
  const text = lines.map((line) => line.join('')).join('，');
  let sum = 0;
  for (const phrase of wornPhrases) sum += text.split(phrase).length - 1;
  return sum;
}

/**
 * The seed that an order is written from. To the network, all characters that it does not know are one token. They take
 * part here, so that two of them do not get the same poem.
 */
export function orderSeed(seed: number, unknownCharacters: readonly string[]): number {
  let mixed = seed;
  for (const char of unknownCharacters)
    mixed = Math.imul(mixed ^ (char.codePointAt(0) ?? 0), 0x9e3779b1) >>> 0;
  return mixed;
}

/** The seed of the n-th candidate of an order. The first candidate has the order's own seed. */
export function seedOf(seed: number, n: number): number {
  return (seed ^ Math.imul(n, 0x9e3779b9)) >>> 0;
}
