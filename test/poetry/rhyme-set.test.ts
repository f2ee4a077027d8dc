import { describe, expect, it } from 'vitest';
import { ALL_RHYMES } from '../../src/poetry/prosody.ts';
import { EVERY_GROUP, groupBits, groupsIn } from '../../src/poetry/rhyme-set.ts';

describe('a set of rhyme groups', () => {
  it('has each group once, in the order of 平水韻', () => {
    expect(groupsIn(groupBits(['咸', '東', '江', '東']))).toEqual(['東', '江', '咸']);
    expect(groupsIn(0)).toEqual([]);
  });

  it('may have all groups', () => {
    expect(groupsIn(EVERY_GROUP)).toEqual(ALL_RHYMES);
    expect(groupBits(ALL_RHYMES)).toBe(EVERY_GROUP);
  });

  it('has no bit for other names', () => {
    expect(groupBits(['月', 'dong', ''])).toBe(0);
  });

  it('is the same list each time', () => {
    expect(groupsIn(groupBits(['支', '微']))).toBe(groupsIn(groupBits(['微', '支'])));
  });
});
