/**
 * The best of several rows that were written to one order.
 *
 * A poem is judged by the model's own mean NLL a hanzi. That alone favours poems that go round in circles, whose
 * every next word is easy to foresee, so what recurs is charged for.
 */

import { countRepetition } from '../poetry/repetition.ts';
import type { RowResult } from './row.ts';

/** Nats a hanzi for each pair of neighbouring characters that stands in the poem once more. */
const REPEATED_PAIR = 0.25;
/** The same for each character that stands once more, but for the doublings that verse is fond of (悠悠). */
const REPEATED_CHARACTER = 0.05;

const MARK = /[，。]/u;

/** Mean NLL a hanzi plus what recurrence costs; lower is better. Poems with nothing written count 0 nats. */
export function cost(result: RowResult): number {
  const mean = result.hanzi > 0 ? result.nll / result.hanzi : 0;
  const { characters, pairs } = countRepetition(linesOf(result.characters));
  return mean + REPEATED_PAIR * pairs + REPEATED_CHARACTER * characters;
}

/** The verse lines among a poem's characters, without their marks. */
function linesOf(characters: readonly string[]): string[][] {
  const lines: string[][] = [[]];
  for (const character of characters) {
    if (MARK.test(character)) lines.push([]);
    else lines.at(-1)?.push(character);
  }
  return lines;
}

/** The cheapest; the first of equals. Throws a RangeError where there is none. */
export function best(results: readonly RowResult[]): RowResult {
  const [first, ...others] = results;
  if (!first) throw new RangeError('nothing to choose from');
  return others.reduce((kept, each) => (cost(each) < cost(kept) ? each : kept), first);
}

/** The seed of the n-th row of an order: the first row's is the order's own. */
export function seedOf(orderSeed: number, n: number): number {
  return (orderSeed ^ Math.imul(n, 0x9e3779b9)) >>> 0;
}
