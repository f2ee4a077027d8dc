import { describe, expect, it } from 'vitest';
import { addressesNobody, isLyricTune, LONGEST_THEME, themeOf } from '../../src/poetry/theme.ts';

describe('the theme of a title', () => {
  it.each([
    ['靜夜思', '靜夜思'],
    ['感遇詩三十八首 一', '感遇詩'],
    ['秋興八首 三', '秋興'],
    ['雜曲歌辭 楊柳枝 二', '楊柳枝'],
    ['憶長安 四月', '四月'],
    ['宮詞 其五四', '宮詞'],
    ['偶成 其一○', '偶成'],
    ['江行無題一百首 七', '江行'],
    ['江行無題', '江行'],
    ['闕題', ''],
    ['落第贈楊侍御兼拜員外仍充安大夫判官赴范陽', '落第贈楊侍御'],
  ])('%s is %s', (title, theme) => expect(themeOf(title)).toBe(theme));

  it.each([
    '奉和聖製送張尚書巡邊',
    '次韻李十詠',
    '依韻和僧說夏日閑居見寄',
    '偈頌 十六',
    '詩一首',
    '同前',
    '前題',
    '其二',
    '二首',
    '兵要望江南 占日第十一 三十八',
    '郊廟歌辭 封泰山樂章 雍和',
    '陪李七司馬皂江上觀造竹橋即日成往來之人免冬寒入水聊題短作簡李公二首 一',
    '',
  ])('%s has none', (title) => expect(themeOf(title)).toBe(''));

  it('is hanzi alone, and never long', () => {
    for (const title of ['春·夜', '(闕)', '送 友人 歸 山', '一二三四五六七八九十百千萬億兆京垓']) {
      expect(themeOf(title)).toMatch(/^\p{Unified_Ideograph}*$/u);
      expect([...themeOf(title)].length).toBeLessThanOrEqual(LONGEST_THEME);
    }
  });
});

describe('a title that addresses nobody', () => {
  it('has a season or a time of day where the name should be', () => {
    for (const title of ['夜上人', '秋山人', '曉禪師']) expect(addressesNobody(title), title).toBe(true);
  });

  it('is not one with a name or a place, or one that only speaks of a time', () => {
    for (const title of ['齊己上人', '贈夜上人', '山中道士', '秋夜', '夜', '夜泊']) {
      expect(addressesNobody(title), title).toBe(false);
    }
  });
});

describe('a tune of lyrics', () => {
  it('is told from titles and from tunes of quatrains', () => {
    for (const title of ['浣溪沙', '臨江仙', '採桑子', '撥棹歌'])
      expect(isLyricTune(title), title).toBe(true);
    for (const title of ['楊柳枝', '竹枝詞', '浣溪', '憶江南']) expect(isLyricTune(title), title).toBe(false);
  });
});
