import { describe, expect, it } from 'vitest';
import { RHYME_NAMES, rhymeNamed, suggestRhymes } from '../../src/bot/rhyme-name.ts';
import { UserError } from '../../src/bot/user-error.ts';
import { ALL_RHYMES } from '../../src/poetry/prosody.ts';

describe('a rhyme group', () => {
  it('is one of the groups of src/poetry', () => {
    expect([...RHYME_NAMES].sort()).toEqual(['auto', ...ALL_RHYMES].sort());
  });

  it.each([
    ['東', '東'],
    ['东', '東'],
    ['一东', '東'],
    ['上平一東', '東'],
    ['二冬', '冬'],
    ['十一真', '真'],
    ['下平十五咸', '咸'],
    ['yang', '陽'],
    ['Geng', '庚'],
    ['auto', 'auto'],
    ['自动', 'auto'],
    ['moon', 'moon'],
  ])('is understood from %s as %s', (typed, name) => {
    expect(rhymeNamed(typed)).toBe(name);
  });

  it.each([
    ['dong', '東 冬'],
    ['yu', '魚 虞'],
    ['xian', '先 咸'],
  ])('is refused as ambiguous if %s can mean %s', (typed, groups) => {
    expect(() => rhymeNamed(typed)).toThrow(UserError);
    expect(() => rhymeNamed(typed)).toThrow(groups);
  });

  it('is suggested by any part of its names', () => {
    expect(suggestRhymes('', 'en-US')).toHaveLength(25);
    expect(suggestRhymes('东', 'zh-TW').map(({ value }) => value)).toEqual(['東']);
    expect(suggestRhymes('xian', 'zh-CN').map(({ value }) => value)).toEqual(['先', '咸']);
    expect(suggestRhymes('zzz', 'ja')).toEqual([]);
  });
});
