import { describe, expect, it } from 'vitest';
import {
  ALL_RHYMES,
  rhymesOf,
  TONE,
  tonesOf,
  usualRhymesOf,
  usualTonesOf,
} from '../../src/poetry/prosody.ts';

describe('tonesOf', () => {
  it.each([
    ['level', '天山明風春花江人年峰窗魂', TONE.level],
    ['oblique', '月日夜水白不與夢雪鳥劍你恍', TONE.oblique],
    ['either', '看過重思教勝望漫中間凝粗扇令', TONE.level | TONE.oblique],
    ['of unknown tone', 'あ𠮷', 0],
  ])('knows characters that are %s', (_, characters, tones) => {
    for (const char of characters) expect(tonesOf(char), char).toBe(tones);
  });

  it('knows other spellings and simplified characters', () => {
    expect(tonesOf('為')).toBe(tonesOf('爲'));
    expect(tonesOf('红')).toBe(TONE.level);
    for (const [char, tone, group] of [
      ...['荆平庚', '虬平尤', '飱平元', '簑平歌', '衮仄', '灧仄', '蘖仄', '皂仄', '嵗仄', '卮平支', '巵平支'],
      ...['泝仄', '糰平寒', '罈平覃', '樑平陽', '週平尤', '间平刪'],
      ...[
        '𥲤仄',
        '棰仄',
        '碇仄',
        '喩仄',
        '鵞平歌',
        '窼平歌',
        '垞平麻',
        '朐平虞',
        '呑平元',
        '坵平尤',
        '郍平歌',
        '翶平豪',
        '搽平麻',
        '乹平先',
        '蠕平虞',
        '拷仄',
        '韮仄',
      ],
    ].map((text) => [...text])) {
      expect(tonesOf(char ?? '') & TONE.level, char).toBe(tone === '平' ? TONE.level : 0);
      if (group !== undefined) expect(rhymesOf(char ?? ''), char).toContain(group);
    }
  });
});

describe('the usual readings', () => {
  it('leave out those that verse has rarely, so that the model writes no 中 for an oblique one', () => {
    expect([...'中間凝王'].map(usualTonesOf)).toEqual([1, 1, 1, 1]);
    expect(usualTonesOf('扇')).toBe(TONE.oblique);
    expect(usualRhymesOf('扇')).toEqual([]);
    expect(rhymesOf('扇')).toEqual(['先']);
    expect(usualTonesOf('看')).toBe(TONE.either);
  });
});

describe('rhymesOf', () => {
  it('has the groups of a rhyme book where the 廣韻 has others', () => {
    expect(rhymesOf('令')).toEqual(['庚']);
    expect(rhymesOf('粗')).toEqual(['虞']);
    expect(rhymesOf('論')).toEqual(['元']);
  });

  it('merges the rhymes of the 廣韻 into the groups of the 平水韻', () => {
    const groups: Record<string, string> = {
      ...{ 東: '東', 冬: '冬', 鍾: '冬', 江: '江', 枝: '支', 眉: '支', 詩: '支', 飛: '微', 書: '魚' },
      ...{ 湖: '虞', 西: '齊', 佳: '佳', 齋: '佳', 來: '灰', 杯: '灰', 新: '真', 春: '真', 雲: '文' },
      ...{ 斤: '文', 言: '元', 門: '元', 恩: '元', 寒: '寒', 歡: '寒', 還: '刪', 山: '刪', 天: '先' },
      ...{ 船: '先', 蕭: '蕭', 朝: '蕭', 郊: '肴', 高: '豪', 多: '歌', 花: '麻', 香: '陽', 光: '陽' },
      ...{ 明: '庚', 聲: '庚', 爭: '庚', 青: '青', 冰: '蒸', 燈: '蒸', 秋: '尤', 樓: '尤', 幽: '尤' },
      ...{ 心: '侵', 南: '覃', 談: '覃', 鹽: '鹽', 添: '鹽', 咸: '咸', 帆: '咸', 銜: '咸' },
    };
    for (const [char, group] of Object.entries(groups)) expect(rhymesOf(char), char).toContain(group);
    expect(new Set(Object.values(groups))).toEqual(new Set(ALL_RHYMES));
  });

  it('has the groups of all readings of a character', () => {
    expect([...rhymesOf('涯')].sort()).toEqual(['佳', '支', '麻'].sort());
  });

  it('is empty for an oblique character, and not empty for a level one', () => {
    for (const char of '月夜水白不') expect(rhymesOf(char), char).toEqual([]);
    for (const char of '阿拖看思重間韓裙') expect(rhymesOf(char).length, char).toBeGreaterThan(0);
  });
});
