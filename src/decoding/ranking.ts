/**
 * Chooses the best of several candidates: poems that were written for one order.
 *
 * A candidate is judged by its mean NLL a hanzi under the model. That alone favours poems that go round in circles, because
 * every next word of them is easy to predict. So repetition has a cost.
 */

import { countRepetition } from '../poetry/repetition.ts';
import { isLineMark } from '../poetry/verse-lines.ts';
import type { RowResult } from './row.ts';

/** Nats a hanzi for each pair of neighbouring characters that has occurred in the poem before. */
const REPEATED_PAIR = 0.25;
/** Nats a hanzi for each character that has occurred before. Doublings (悠悠), which are common in verse, cost nothing. */
const REPEATED_CHARACTER = 0.05;

/** Mean NLL a hanzi plus the cost of repetition; lower is better. The NLL of a poem without written hanzi is 0. */
export function cost(result: RowResult): number {
  const mean = result.hanzi > 0 ? result.nll / result.hanzi : 0;
  const { characters, pairs } = countRepetition(linesOf(result.characters));
  return mean + REPEATED_PAIR * pairs + REPEATED_CHARACTER * characters;
}

/** The verse lines among a poem's characters, without their marks. */
function linesOf(characters: readonly string[]): string[][] {
  const lines: string[][] = [[]];
  for (const character of characters) {
    if (isLineMark(character)) lines.push([]);
    else lines.at(-1)?.push(character);
  }
  return lines;
}

/** The candidate with the lowest cost, the first of equals. Throws a RangeError if there is none. */
export function best(results: readonly RowResult[]): RowResult {
  const [first, ...others] = results;
  if (!first) throw new RangeError('nothing to choose from');
  return others.reduce((kept, each) => (cost(each) < cost(kept) ? each : kept), first);
}

/** The seed of the n-th candidate of an order. The first candidate has the order's own seed. */
export function seedOf(orderSeed: number, n: number): number {
  return (orderSeed ^ Math.imul(n, 0x9e3779b9)) >>> 0;
}
