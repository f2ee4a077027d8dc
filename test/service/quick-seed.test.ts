import { expect, test } from 'vitest';
import { FIRST_QUICK_SEED, searchOfSeed } from '../../src/service/quick-seed.ts';

test('seeds of up to six digits get the whole search, larger ones a third of the candidates', () => {
  const search = { candidates: 48, kept: 6 };
  for (const seed of [0, 1, 999_999]) expect(searchOfSeed(seed, search)).toEqual(search);
  for (const seed of [FIRST_QUICK_SEED, 0xffff_ffff]) {
    expect(searchOfSeed(seed, search)).toEqual({ candidates: 16, kept: 4 });
  }
});

test.each([
  [
    { candidates: 1, kept: 1 },
    { candidates: 1, kept: 1 },
  ],
  [
    { candidates: 16, kept: 4 },
    { candidates: 6, kept: 1 },
  ],
  // Whole poems are compared, with few candidates too.
  [
    { candidates: 12, kept: 12 },
    { candidates: 4, kept: 4 },
  ],
])('a search of %o is narrowed to %o', (search, narrow) => {
  expect(searchOfSeed(FIRST_QUICK_SEED, search)).toEqual(narrow);
});
