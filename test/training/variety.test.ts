import { describe, expect, it } from 'vitest';
import { varietyOf } from '../../src/training/variety.ts';

describe('variety', () => {
  it('counts lines that stand in two poems, and the phrase that is in most of them', () => {
    const texts = [
      '月出不知何處去，江南花落又逢君。',
      '月明不知何處是，江南花落又逢君。',
      '月落烏啼霜滿天，不知何處是他鄉。',
      '月照城頭烏半飛，風吹萬樹總無聲。',
    ];
    expect(varietyOf('月', texts)).toEqual({
      opening: '月',
      poems: 4,
      repeatedLines: 2 / 8,
      commonestPhrase: '不知何處',
      phraseShare: 3 / 4,
    });
  });

  it('counts a phrase once a poem, and finds none in no poems', () => {
    expect(varietyOf('山', ['山上山上山，山上山上山。', '水中央。']).phraseShare).toBe(1 / 2);
    expect(varietyOf('山', [])).toMatchObject({ repeatedLines: 0, phraseShare: 0 });
  });
});
