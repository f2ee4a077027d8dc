/** Sets of 平水韻 rhyme groups as bits: bit i is the i-th group of `ALL_RHYMES`. */

import { ALL_RHYMES } from './prosody.ts';

const BIT_OF_GROUP: ReadonlyMap<string, number> = new Map(ALL_RHYMES.map((group, i) => [group, 1 << i]));

export const EVERY_GROUP = (1 << ALL_RHYMES.length) - 1;

/** The set of these groups. Names that are no group are left out. */
export function groupBits(groups: readonly string[]): number {
  let bits = 0;
  for (const group of groups) bits |= BIT_OF_GROUP.get(group) ?? 0;
  return bits;
}

const lists = new Map<number, readonly string[]>();

/** The groups of a set, in the order of `ALL_RHYMES`. Returns the same list object for equal sets. */
export function groupsIn(bits: number): readonly string[] {
  let list = lists.get(bits);
  if (list === undefined) {
    list = ALL_RHYMES.filter((_, i) => (bits & (1 << i)) !== 0);
    lists.set(bits, list);
  }
  return list;
}
