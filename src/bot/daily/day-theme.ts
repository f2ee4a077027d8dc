/** What the poem of a day is about: the day's festival or solar term, the server's theme, or a theme of the season. */

import { type Season, type SpecialDay, seasonOf, specialDay } from './calendar.ts';

export interface DayTheme {
  /** The title of the poem, in traditional script. */
  readonly title: string;
  /** Null for a day that is neither a festival nor a solar term. */
  readonly special: SpecialDay | null;
}

/**
 * The days whose title is not their name: Tang poets had another, or the model writes more about the day under another
 * (of twelve poems on 中秋 seven speak of the moon or of autumn, on 中秋夜 ten), or traditional script has other characters.
 */
const TITLES: { readonly [day in SpecialDay]?: string } = {
  除夕: '除夜',
  春节: '春節',
  中秋: '中秋夜',
  重阳: '重陽',
  腊八: '臘日',
  冬至: '冬至夜',
  惊蛰: '驚蟄',
  谷雨: '穀雨',
  小满: '小滿',
  芒种: '芒種',
  处暑: '處暑',
};

/** Themes of Tang and Song titles. Each list is as long as the others, so that no theme comes twice in two weeks. */
const THEMES: { readonly [season in Season]: readonly string[] } = {
  spring: words('春日 春夜 春雨 春曉 江南春 柳 杏花 桃花 落花 燕 春草 春江 春望 梨花 聞鶯 春山'),
  summer: words('夏日 夏夜 荷花 採蓮 聞蟬 竹 雨後 山亭夏日 新荷 榴花 梅雨 池上 夜涼 水閣 螢 松風'),
  autumn: words('秋日 秋夜 秋思 秋風 秋雨 秋江 聞雁 菊 紅葉 梧桐 月夜 秋望 秋山 蟋蟀 登樓 夜泊'),
  winter: words('冬日 冬夜 雪 寒夜 早梅 對雪 寒江 歲暮 松 夜雪 寒林 殘雪 梅花 雪後 獨釣 踏雪'),
};

const MS_PER_DAY = 86_400_000;

/** `theme` is the server's own, in either script; empty if it has none. */
export function dayTheme(day: string, theme: string): DayTheme {
  const special = specialDay(day);
  if (special !== null) return { title: TITLES[special] ?? special, special };
  if (theme !== '') return { title: theme, special };
  const themes = THEMES[seasonOf(day)];
  return { title: themes[(Date.parse(day) / MS_PER_DAY) % themes.length] ?? '', special };
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
