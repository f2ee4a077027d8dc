import { describe, expect, it } from 'vitest';
import { isLineMark, markedVerseLines, verseLines } from '../../src/poetry/verse-lines.ts';

describe('verse lines', () => {
  it('are the text between the marks', () => {
    expect(verseLines('雲來山更佳，雲去山如畫。')).toEqual(['雲來山更佳', '雲去山如畫']);
  });

  it('keep their marks if asked to, and the last line may have none', () => {
    expect(markedVerseLines('雲來山更佳，雲去山如畫。山因雲晦明')).toEqual([
      '雲來山更佳，',
      '雲去山如畫。',
      '山因雲晦明',
    ]);
  });

  it('are never empty', () => {
    for (const text of ['', '，', '。，']) {
      expect(verseLines(text)).toEqual([]);
      expect(markedVerseLines(text)).toEqual([]);
    }
    expect(verseLines('，月，，山。。')).toEqual(['月', '山']);
  });

  it('end with one of two marks', () => {
    expect([...'，。、；月'].filter(isLineMark)).toEqual(['，', '。']);
  });
});
