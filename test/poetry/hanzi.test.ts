import { describe, expect, it } from 'vitest';
import { isHanzi, printable, printableAt, tidy } from '../../src/poetry/hanzi.ts';

describe('isHanzi', () => {
  it('accepts ideographs of every plane and nothing else', () => {
    for (const char of ['月', '𠮷', '㐀', '﨎', '〇']) expect(isHanzi(char), char).toBe(true);
    for (const char of ['々', 'あ', 'a', '1', '，', ' ', '🔥', '', '明月']) {
      expect(isHanzi(char), char).toBe(false);
    }
  });
});

describe('tidy', () => {
  it('replaces radicals and compatibility ideographs', () => {
    expect(tidy(' ⽉ ')).toBe('月');
    expect(tidy('\uF9D1')).toBe('六');
    expect(tidy('葛\u{E0100}城')).toBe('葛城');
  });

  it('writes out marks of repetition, but not one that stands first', () => {
    expect(tidy('悠々')).toBe('悠悠');
    expect(tidy('行々重行々')).toBe('行行重行行');
    expect(tidy('々月')).toBe('々月');
  });
});

describe('a character that is not a hanzi', () => {
  it('is shown as people see it', () => {
    expect(printableAt('月🔥', 1)).toBe('🔥');
    expect(printableAt('👨‍👩‍👧‍👦家', 0)).toBe('👨‍👩‍👧‍👦');
    expect(printableAt('🇨🇳', 0)).toBe('🇨🇳');
    expect(printableAt('月a', 1)).toBe('a');
  });

  it('is shown as a number if it is invisible', () => {
    expect(printableAt('\u0007', 0)).toBe('U+0007');
    expect(printableAt('明 月', 1)).toBe('U+0020');
    expect(printableAt('\u202E月', 0)).toBe('U+202E');
    expect(printableAt('\uD83D', 0)).toBe('U+D83D');
  });

  it('is shown without its combining marks, and a long text is cut', () => {
    expect(printableAt(`a${'\u0301'.repeat(40)}`, 0)).toBe('a');
    expect(printable(`哈\u0000\n${'哈'.repeat(20)}`)).toBe(`${'哈'.repeat(8)}…`);
  });
});
