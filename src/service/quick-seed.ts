/**
 * Seeds that ask for a quicker search. A search is as wide as a service that is not busy can afford. If many wait, seeds
 * are drawn from {@link FIRST_QUICK_SEED} on, and their poems are searched for among fewer candidates. So it is the seed
 * alone that decides, and the same request with the same seed gives the same poem, busy or not.
 */

import type { SearchSettings } from '../decoding/search.ts';

/** Smaller seeds, of up to six digits, ask for the whole search. */
export const FIRST_QUICK_SEED = 1_000_000;

/** How much narrower the quicker search is. */
const SHARE = 3;

/** The search for the poem of a seed. */
export function searchOfSeed(seed: number, { candidates, kept }: SearchSettings): SearchSettings {
  if (seed < FIRST_QUICK_SEED) return { candidates, kept };
  const fewer = Math.ceil(candidates / SHARE);
  return {
    candidates: fewer,
    kept: kept < candidates ? Math.max(1, Math.min(kept, Math.floor(fewer / 4))) : fewer,
  };
}
