/**
 * Ranks candidates: the poems, finished or not, that were written for one order. Lower cost is better.
 *
 * The likelihood is that of the guided model: `sampling.ts` says what guides it. It is no judge alone: the likeliest poem
 * is smooth filler, or goes round in circles (docs/decisions/13). So several measures are weighed here, and nowhere else.
 * Blind readers chose the weights (docs/decisions/31, 35, 42 and 45).
 */

import { feetOf } from '../poetry/feet.ts';
import { countRepetition } from '../poetry/repetition.ts';
import { sceneClashes } from '../poetry/scene.ts';
import { isLineMark } from '../poetry/verse-lines.ts';
import { FIRST_WRITTEN, type RowResult } from './row.ts';

/** What each measure costs. */
export const WEIGHTS = {
  /** A place that breaks the pattern or the rhyme, because no character was left for it. More than all else together. */
  breach: 100,
  /** A nat a hanzi, on the mean. */
  likelihood: 1,
  /** A logit of the critic, taken off. Judges complete poems only. */
  critic: 0.1,
  /** A nat a hanzi of the least likely foot. Readers fall over one broken spot. */
  worstFoot: 0.2,
  /** A pair of neighbouring characters that has occurred before. */
  repeatedPair: 0.25,
  /** A character that has occurred before. Doublings (悠悠), which are common in verse, cost nothing. */
  repeatedCharacter: 0.1,
  /** A doubling (悠悠). People write them too, but the model writes some where nobody would. */
  doubling: 0.25,
  /** A nat of association that the last two characters of a rhyming line lack, on the mean: a forced rhyme. */
  rhymeWord: 0.3,
  /** A worn phrase. */
  wornPhrase: 0.2,
  /** A nat a place by which a couplet is parallel, taken off; parallelism.ts has the measure. */
  parallel: 0.8,
  /** A point of the reward model, on the mean over what the model wrote, taken off. A nat a hanzi costs a third of a point. */
  reward: 3,
  /** A word that contradicts the others in season, title included; poetry/scene.ts says which. */
  season: 0.4,
  /** A word that contradicts them in the time of day. */
  time: 0.2,
} as const;

/** A single line is judged by the same measures. One broken spot is more of it than of a whole poem. */
export const LINE_WEIGHTS = { ...WEIGHTS, worstFoot: 0.15 } as const;

/** How strongly two neighbouring characters belong together, in nats; text-index/pair-association.ts has a measure. */
export type Association = (first: string, second: string) => number;

/** A candidate, and what others say of it. */
export interface Judged {
  readonly result: Pick<RowResult, 'characters' | 'nlls'> & Partial<Pick<RowResult, 'rewards'>>;
  /** The poem's title, in traditional script. */
  readonly title?: string;
  /** The critic's logit; 0 without a critic. */
  readonly critic?: number | undefined;
  readonly wornPhrases?: ReadonlySet<string> | undefined;
  /** 0 if nothing stands opposite anything. */
  readonly parallel?: number;
  /** Places that break what the plan asks for. */
  readonly breaches?: number;
  /** How strongly two neighbours belong together, in nats. */
  readonly association?: Association | null;
}

/** The weighed sum of all measures. A poem without written hanzi has an NLL of 0. */
export function cost(
  { result, title = '', critic = 0, wornPhrases, parallel = 0, breaches = 0, association }: Judged,
  weights: { readonly [measure in keyof typeof WEIGHTS]: number } = WEIGHTS,
): number {
  const lines = linesOf(result);
  const texts = lines.map((line) => line.map(({ character }) => character));
  const { characters, pairs } = countRepetition(texts);
  const { seasons, times } = sceneClashes(`${title}，${result.characters.join('')}`);
  return (
    weights.breach * breaches +
    weights.likelihood * meanNll(result) -
    weights.critic * critic +
    weights.worstFoot * worstFoot(lines) +
    weights.repeatedPair * pairs +
    weights.repeatedCharacter * characters +
    weights.doubling * countDoublings(texts) +
    weights.rhymeWord * (association ? lackingAssociation(texts, association) : 0) +
    weights.wornPhrase * countWorn(texts, wornPhrases) -
    weights.parallel * parallel +
    weights.season * seasons +
    weights.time * times -
    weights.reward * meanReward(result)
  );
}

/**
 * The mean NLL of the hanzi that the model wrote, but for the first few. If those counted, the likeliest continuation of an
 * opening would win again and again, whatever the seed. 0 if nothing else is written.
 */
function meanNll({ nlls }: Judged['result']): number {
  const written = nlls.filter((nll) => nll !== null).slice(FIRST_WRITTEN);
  return written.length > 0 ? written.reduce((sum, nll) => sum + nll, 0) / written.length : 0;
}

/** The mean reward of the hanzi that the model wrote; 0 if it wrote none, or if there is no reward model. */
function meanReward({ rewards = [] }: Judged['result']): number {
  const written = rewards.filter((reward) => reward !== null);
  return written.length > 0 ? written.reduce((sum, reward) => sum + reward, 0) / written.length : 0;
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

/** From this association on, in nats, two characters are a word like any other. */
const ASSOCIATION_OF_A_WORD = 3;

/** How much association the last two characters of the rhyming lines lack, on the mean: 0 or more, in nats. */
function lackingAssociation(lines: readonly (readonly string[])[], association: Association): number {
  const length = lines[0]?.length ?? 0;
  // Every other line rhymes. A line that is not complete has no end yet.
  const rhyming = lines.filter((line, i) => i % 2 === 1 && line.length === length);
  const lacks = rhyming.map((line) =>
    Math.max(0, ASSOCIATION_OF_A_WORD - association(line.at(-2) ?? '', line.at(-1) ?? '')),
  );
  return lacks.length > 0 ? lacks.reduce((sum, lack) => sum + lack, 0) / lacks.length : 0;
}

/** How often a character stands twice in a row. */
function countDoublings(lines: readonly (readonly string[])[]): number {
  return lines.reduce((sum, line) => sum + line.filter((char, i) => i > 0 && char === line[i - 1]).length, 0);
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
