import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { tonesOf } from '../../../src/poetry/prosody.ts';
import { toSimplified } from '../../../src/poetry/script.ts';
import { CORPUS_PATH, readCorpus } from '../../../src/training/corpus/corpus.ts';
import { roundTrip, tableOfRoundTrip } from '../../../src/training/corpus/round-trip.ts';
import { sameSpelling } from '../../../src/training/corpus/spellings.ts';

describe('a round trip through simplified script', () => {
  it('counts lines that come back as they were, with another spelling, and with another word', () => {
    const trip = roundTrip(['白日依山盡，黃河入海流。', '鴈疎迴首望，青山裏。', '云。']);
    expect(trip).toMatchObject({ lines: 5, changed: 2, lost: 1, otherTone: 0 });
    expect(trip.confusions).toEqual([{ written: '云', restored: '雲', count: 1 }]);
    expect(tableOfRoundTrip(trip)).toMatch(/apart from spellings of one word +1 +20\.00 %/);
  });
});

describe('spellings of one word', () => {
  it.each([...['迴回', '疎疏', '劒劍', '髪髮', '麤粗', '為爲', '鬬鬥']])('are %s', (pair) => {
    const [one = '', other = ''] = pair;
    expect(sameSpelling(one, other)).toBe(true);
  });

  it.each([...['余餘', '云雲', '于於', '發髮', '里裏', '饑飢', '鬬斗', '干乾']])('are not %s', (pair) => {
    const [one = '', other = ''] = pair;
    expect(sameSpelling(one, other)).toBe(false);
  });
});

// A new checkout has no corpus, and fetching it takes the network. `.ci/run` builds it and runs this file again.
describe.skipIf(!existsSync(CORPUS_PATH))('the poems of the corpus', () => {
  let poems: readonly string[];
  beforeAll(async () => {
    poems = (await readCorpus()).poems.map(({ text }) => text);
  });

  it('lose a character in less than a line of a hundred', () => {
    // Every tenth poem: all of them take two minutes.
    const { lines, lost } = roundTrip(poems.filter((_, i) => i % 10 === 0));
    expect(lost / lines).toBeLessThan(0.01);
  });

  it('get no form of another tone, but for 公幹, a name that the corpus misspells', () => {
    const several = poems.filter((text) => /[干坏坯]/u.test(toSimplified(text)));
    const misspelled = several.filter((text) => text.includes('公干寂寥'));
    expect(misspelled.map((text) => roundTrip([text]).otherTone)).toEqual([1]);
    expect(roundTrip(several.filter((text) => !misspelled.includes(text))).otherTone).toBe(0);
    expect(tonesOf('干') & tonesOf('幹')).toBe(0);
  });
});
