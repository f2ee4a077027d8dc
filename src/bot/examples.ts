/** Example openings and acrostic heads, which autocomplete suggests. */

import { toSimplified, toTraditional } from '../poetry/script.ts';
import type { Suggestion } from './command.ts';
import { type Locale, scriptOf } from './locale.ts';

/** Words that often begin Tang poems, one to five characters. */
const OPENINGS =
  '月 明月 春風 秋風 江上 空山 白雲 落日 細雨 梅花 落花 孤舟 長安 洞庭 天涯 故人 客舍 夜雨 霜葉 東風 青山 萬里 暮雪 寒江獨釣 春江花月夜';

/** Phrases for the heads of an acrostic. The first is the one that the README uses. */
const HEADS =
  '日红山夜湖海月 春夏秋冬 梅蘭竹菊 琴棋書畫 風花雪月 山高水長 花好月圓 歲歲平安 一帆風順 生日快樂 前程似錦 新年快樂 海闊天空 鵬程萬里 歲月靜好 心想事成 萬事如意 天長地久 高山流水 江山如畫';

export function suggestOpenings(typed: string, locale: Locale): readonly Suggestion[] {
  return suggest(OPENINGS.split(' '), typed, locale);
}

export function suggestHeads(typed: string, locale: Locale): readonly Suggestion[] {
  return suggest(HEADS.split(' '), typed, locale);
}

/** First lines of well-known couplets, and of some that nobody has answered yet. */
const FIRST_LINES =
  '海上生明月 大漠孤煙直 明月松間照 煙鎖池塘柳 春風得意馬蹄疾 兩個黃鸝鳴翠柳 沉舟側畔千帆過 窗前一樹梅花發 千里江山如畫裏 風吹麥浪千重綠 小樓一夜聽春雨 獨坐書窗聽夜雨';

export function suggestFirstLines(typed: string, locale: Locale): readonly Suggestion[] {
  return suggest(FIRST_LINES.split(' '), typed, locale);
}

/** The typed text, then the examples that contain it. If no example contains it, then all examples. */
function suggest(examples: readonly string[], typed: string, locale: Locale): readonly Suggestion[] {
  const show = scriptOf(locale) === 'simplified' ? toSimplified : toTraditional;
  const own = typed.trim();
  const wanted = toTraditional(own);
  const matching = examples.filter((example) => toTraditional(example).includes(wanted));
  const shown = (matching.length > 0 ? matching : examples).map(show);
  const values = own === '' ? shown : [own, ...shown.filter((value) => value !== own)];
  return values.map((value) => ({ label: value, value }));
}
