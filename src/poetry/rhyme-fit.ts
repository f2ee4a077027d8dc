/** Finds the rhyme group of a poem: the one in which most of its rhyming lines end. */

import { ALL_RHYMES, rhymesOf } from './prosody.ts';

/**
 * Groups in which the first line may rhyme besides the poem's own (首句用鄰韻), after 王力《漢語詩律學》: 清明時節雨紛紛 is
 * in 文, the poem in 元.
 */
const NEIGHBOURS = [
  '東冬',
  '江陽',
  '支微齊',
  '魚虞',
  '佳灰',
  '佳麻',
  '真文元',
  '元寒刪先',
  '蕭肴豪',
  '庚青蒸',
  '覃鹽咸',
];

/** The last characters of the lines that should rhyme. */
export interface Endings {
  /** Of the first line, if it should rhyme although its place does not demand it; otherwise null. */
  readonly first: string | null;
  readonly others: readonly string[];
}

export interface RhymeFit {
  /** Null if no line rhymes in any of the groups. */
  readonly group: string | null;
  /** Indices of the `others` that do not rhyme in the group. */
  readonly missed: readonly number[];
  readonly first: 'own' | 'neighbour' | 'missed' | null;
}

/**
 * The best group among `rhymes`; of all groups if `rhymes` is empty. If `rhymes` has only one group, it was requested, and
 * is expected even if nothing rhymes in it. A character of unknown tone rhymes with nothing.
 */
export function fitRhyme({ first, others }: Endings, rhymes: readonly string[]): RhymeFit {
  const fits = (rhymes.length === 0 ? ALL_RHYMES : rhymes).map((group) => ({
    group,
    missed: others.flatMap((char, i) => (rhymesOf(char).includes(group) ? [] : [i])),
    first: first === null ? null : firstIn(first, group),
  }));
  const best = fits.reduce((kept, fit) => (costOf(fit) < costOf(kept) ? fit : kept));
  const nothing = best.missed.length === others.length && (best.first === null || best.first === 'missed');
  return nothing && rhymes.length !== 1 ? { ...best, group: null } : best;
}

function firstIn(char: string, group: string): 'own' | 'neighbour' | 'missed' {
  const groups = rhymesOf(char);
  if (groups.includes(group)) return 'own';
  const near = NEIGHBOURS.filter((class_) => class_.includes(group)).join('');
  return groups.some((each) => near.includes(each)) ? 'neighbour' : 'missed';
}

/** Misses count first. Among equal misses, a first line in the poem's own group wins. */
function costOf({ missed, first }: Pick<RhymeFit, 'missed' | 'first'>): number {
  return 2 * (missed.length + (first === 'missed' ? 1 : 0)) + (first === 'neighbour' ? 1 : 0);
}
