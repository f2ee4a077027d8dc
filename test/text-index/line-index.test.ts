import { describe, expect, it } from 'vitest';
import { verseLines } from '../../src/poetry/verse-lines.ts';
import { LineIndex } from '../../src/text-index/line-index.ts';
import { REGULATED } from '../poetry/poems.ts';

const LINES = REGULATED.flatMap(({ text }) => verseLines(text));

describe('LineIndex', () => {
  const index = LineIndex.parse(LineIndex.build(LINES.concat(LINES, '春', '𠮷日依山盡')).serialise());

  it('has each line of the given lengths once', () => {
    expect(index.size).toBe(LINES.length + 1);
    expect(LineIndex.build(LINES, [5]).size).toBe(LINES.filter((line) => line.length === 5).length);
  });

  it('finds each of its lines', () => {
    for (const line of LINES) expect(index.nearest(line)).toEqual({ line, same: line.length });
    expect(index.nearest('𠮷日依山盡')).toEqual({ line: '𠮷日依山盡', same: 5 });
  });

  it('finds the line that matches at the most places', () => {
    expect(index.nearest('明月松間過')).toEqual({ line: '明月松間照', same: 4 });
    expect(index.nearest('千里江陵一日歸')).toEqual({ line: '千里江陵一日還', same: 6 });
  });

  it('prefers an unbroken match', () => {
    const two = LineIndex.build(['甲乙丙丁戊', '甲子乙丑丁']);
    expect(two.nearest('甲乙丙辰巳')).toEqual({ line: '甲乙丙丁戊', same: 3 });
    const split = LineIndex.build(['甲子丙子戊', '子乙丙丁子']);
    expect(split.nearest('甲乙丙丁戊')).toEqual({ line: '子乙丙丁子', same: 3 });
  });

  it('finds nothing if no place matches, or for another length', () => {
    expect(index.nearest('丑寅卯辰巳')).toBeNull();
    expect(index.nearest('明月')).toBeNull();
    expect(LineIndex.parse(LineIndex.build([]).serialise()).nearest('明月松間照')).toBeNull();
  });

  it('refuses other bytes', () => {
    const bytes = LineIndex.build(LINES).serialise();
    expect(() => LineIndex.parse(new Uint8Array(20))).toThrow(RangeError);
    expect(() => LineIndex.parse(bytes.subarray(0, bytes.length - 1))).toThrow('cut short');
    expect(() => LineIndex.parse(bytes.subarray(0, 20))).toThrow('cut short');
  });

  it('gives the same bytes for the same lines in any order', () => {
    const bytes = LineIndex.build(LINES).serialise();
    expect(LineIndex.build([...LINES].reverse()).serialise()).toEqual(bytes);
  });
});
