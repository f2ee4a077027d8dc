/**
 * The best of several rows that were written to one order.
 *
 * A poem is judged by the model's own mean NLL a hanzi. That alone favours poems that go round in circles, whose
 * every next word is easy to foresee, so what recurs is charged for.
 */

import { isLineMark } from '../poetry/verse-lines.ts';
import type { RowResult } from './row.ts';

/** Nats a hanzi for each pair of neighbouring characters that stands in the poem once more. */
const REPEATED_PAIR = 0.25;
/** The same for each character that stands once more, but for the doublings that verse is fond of (悠悠). */
const REPEATED_CHARACTER = 0.05;

/** Mean NLL a hanzi plus what recurrence costs; lower is better. Poems with nothing written count 0 nats. */
export function cost(result: RowResult): number {
  const mean = result.hanzi > 0 ? result.nll / result.hanzi : 0;
  const seen = new Set<string>();
  const pairs = new Set<string>();
  let repeatedCharacters = 0;
  let repeatedPairs = 0;
  let before = '';
  for (const char of result.characters) {
    if (isLineMark(char)) {
      before = '';
      continue;
    }
    if (seen.has(char) && char !== before) repeatedCharacters++;
    seen.add(char);
    if (before) {
      if (pairs.has(before + char)) repeatedPairs++;
      pairs.add(before + char);
    }
    before = char;
  }
  return mean + REPEATED_PAIR * repeatedPairs + REPEATED_CHARACTER * repeatedCharacters;
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
