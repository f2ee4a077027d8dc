import { describe, expect, it } from 'vitest';
import { isHanzi, printable, printableAt, tidy } from '../../src/poetry/hanzi.ts';

describe('isHanzi', () => {
  it('takes ideographs of every plane and nothing else', () => {
    for (const char of ['月', '𠮷', '㐀', '﨎']) expect(isHanzi(char), char).toBe(true);
    for (const char of ['々', '〇', 'あ', 'a', '1', '，', ' ', '🔥', '', '明月']) {
      expect(isHanzi(char), char).toBe(false);
    }
  });
});

describe('tidy', () => {
  it('turns look-alikes into the characters that they stand for', () => {
    expect(tidy(' ⽉ ')).toBe('月');
    expect(tidy('\uF9D1')).toBe('六');
    expect(tidy('葛\u{E0100}城')).toBe('葛城');
  });
});

describe('what cannot stand in a poem', () => {
  it('is named by what people see', () => {
    expect(printableAt('月🔥', 1)).toBe('🔥');
    expect(printableAt('👨‍👩‍👧‍👦家', 0)).toBe('👨‍👩‍👧‍👦');
    expect(printableAt('🇨🇳', 0)).toBe('🇨🇳');
    expect(printableAt('月a', 1)).toBe('a');
  });

  it('is named by number where it cannot be seen', () => {
    expect(printableAt('\u0007', 0)).toBe('U+0007');
    expect(printableAt('明 月', 1)).toBe('U+0020');
    expect(printableAt('\u202E月', 0)).toBe('U+202E');
    expect(printableAt('\uD83D', 0)).toBe('U+D83D');
  });

  it('is cut where marks are heaped on it', () => {
    expect(printableAt(`a${'\u0301'.repeat(40)}`, 0)).toBe('a');
    expect(printable(`哈\u0000\n${'哈'.repeat(20)}`)).toBe(`${'哈'.repeat(8)}…`);
  });
});
