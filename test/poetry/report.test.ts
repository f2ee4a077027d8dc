import { describe, expect, it } from 'vitest';
import { compilePlan } from '../../src/poetry/compile.ts';
import { reportOn, reportOnText } from '../../src/poetry/report.ts';
import { CHUNXIAO, famousPoem, REGULATED } from './poems.ts';

const REQUEST = {
  kind: 'poem',
  opening: '朝',
  form: 'qijue',
  title: '',
  meter: 'strict',
  rhyme: 'auto',
} as const;
const BAIDI = [...'朝辭白帝彩雲間，千里江陵一日還。兩岸猿聲啼不住，輕舟已過萬重山。'];

describe('a report on a known poem', () => {
  it.each(REGULATED)('finds the pattern and rhyme of 《$title》', ({ form, text, pattern, rhyme }) => {
    const report = reportOnText(text, form);
    expect(report).toMatchObject({ pattern, rhyme, deviations: [] });
    expect(report.kept).toEqual({
      shape: true,
      given: true,
      rhyme: true,
      toneStrict: true,
      toneLoose: true,
      toneCharacter: 1,
    });
  });

  it('marks the tone of every character and the tone that its place expects', () => {
    const { lines } = reportOnText(famousPoem('登鸛雀樓').text, 'wujue');
    const marks = (of: 'tone' | 'place') => lines.map((line) => line.map((each) => each[of]).join(''));
    expect(marks('tone')).toEqual(['仄仄平平仄', '平平仄仄平', '仄平平仄仄', '中仄仄平平']);
    expect(marks('place')).toEqual(['中仄中平仄', '平平中仄平', '中平平仄仄', '中仄仄平平']);
  });

  it('reads a character of two tones as its place expects', () => {
    const { lines } = reportOnText(famousPoem('早發白帝城').text, 'qijue');
    const seen = lines[3]?.find(({ character }) => character === '過');
    expect(seen).toEqual({ character: '過', tone: '仄', place: '仄' });
  });

  it('distinguishes old-style verse from regulated verse', () => {
    const { kept, rhyme } = reportOnText(CHUNXIAO, 'wujue');
    expect(kept).toMatchObject({ shape: true, rhyme: false, toneStrict: false, toneLoose: false });
    expect(kept.toneCharacter).toBeLessThan(0.8);
    expect(rhyme).toBeNull();
  });

  it('names the character that breaks the pattern, and the one that does not rhyme', () => {
    const { text } = famousPoem('登鸛雀樓');
    expect(reportOnText(text.replace('河', '水'), 'wujue').deviations).toEqual([
      { line: 1, position: 1, character: '水', rule: 'tone', expected: '平' },
    ]);
    const unrhymed = reportOnText(text.replace('樓', '臺'), 'wujue');
    expect(unrhymed.kept).toMatchObject({ rhyme: false, toneStrict: true });
    expect(unrhymed.deviations).toHaveLength(1);
    expect(unrhymed.deviations[0]).toMatchObject({ rule: 'rhyme' });
  });

  it('counts repeated characters, but not doubled ones', () => {
    // 蕭蕭 and 滾滾 are doubled.
    expect(reportOnText(famousPoem('登高').text, 'qilv')).toMatchObject({
      repeatedCharacters: 0,
      repeatedBigrams: 0,
    });
    const again = '白日依山盡，黃河入海流。白日千里目，更上一層樓。';
    expect(reportOnText(again, 'wujue')).toMatchObject({ repeatedCharacters: 2, repeatedBigrams: 1 });
  });

  it('throws if the text does not have the form', () => {
    expect(() => reportOnText('白日依山盡', 'wujue')).toThrow(RangeError);
    expect(() => reportOnText(CHUNXIAO, 'qijue')).toThrow(RangeError);
  });
});

describe('a report on a poem and its plan', () => {
  it('finds every promise kept', () => {
    const plan = compilePlan(REQUEST);
    expect(reportOn({ characters: BAIDI, plan })).toMatchObject({
      pattern: '七絕平起首句入韻',
      rhyme: '刪',
      deviations: [],
      kept: { shape: true, given: true, rhyme: true, toneStrict: true },
    });
  });

  it('finds a missing opening, a mark in the wrong place, and a line cut short', () => {
    const plan = compilePlan({ ...REQUEST, opening: '暮' });
    expect(reportOn({ characters: BAIDI, plan }).kept).toMatchObject({ shape: true, given: false });
    const swapped = BAIDI.with(3, '，').with(7, '帝');
    expect(reportOn({ characters: swapped, plan }).kept.shape).toBe(false);
    expect(reportOn({ characters: BAIDI.slice(0, -2), plan }).kept.shape).toBe(false);
    expect(reportOn({ characters: BAIDI.with(3, '<unk>'), plan }).kept.shape).toBe(false);
  });

  it('expects the requested rhyme', () => {
    const plan = compilePlan({ ...REQUEST, rhyme: '東' });
    const report = reportOn({ characters: BAIDI, plan });
    expect(report.kept).toMatchObject({ rhyme: false, toneStrict: true });
    expect(report.deviations.map(({ character, rule, expected }) => character + rule + expected)).toContain(
      '山rhyme東',
    );
  });

  it('reports no tone deviations with meter none', () => {
    const free = compilePlan({ ...REQUEST, meter: 'none' });
    const report = reportOn({ characters: [...BAIDI].reverse().slice(1).concat('。'), plan: free });
    expect(report).toMatchObject({ pattern: null, deviations: [] });
    const rhymed = compilePlan({ ...REQUEST, meter: 'none', rhyme: '東' });
    expect(reportOn({ characters: BAIDI, plan: rhymed }).deviations.map(({ rule }) => rule)).toEqual([
      'rhyme',
      'rhyme',
    ]);
  });

  it('expects the odd last line of an acrostic to rhyme', () => {
    const plan = compilePlan({
      kind: 'acrostic',
      title: '',
      heads: '朝千兩',
      length: 7,
      meter: 'strict',
      rhyme: 'auto',
    });
    const written = [...'朝辭白帝彩雲間，千里江陵一日還。兩岸猿聲啼不住。'];
    expect(reportOn({ characters: written, plan }).kept).toMatchObject({
      shape: true,
      given: true,
      rhyme: false,
    });
    const closed = [...'朝辭白帝彩雲間，千里江陵一日還。兩岸猿聲啼碧山。'];
    expect(reportOn({ characters: closed, plan }).kept).toMatchObject({ rhyme: true, toneLoose: true });
  });
});
