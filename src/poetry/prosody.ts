/**
 * The tone and rhyme of a character in Tang verse: level (平) or oblique (仄), and its 平水韻 rhyme groups.
 *
 * Both are derived from the Middle Chinese readings in tshet-uinh, which follows the 廣韻. The 平水韻 merges the rhymes of
 * the 廣韻 into fewer groups. readings.ts has the readings that the dictionary lacks. A character with several readings
 * may be used with any of them, as the poets did.
 */

import { createRequire } from 'node:module';
import { ALWAYS_LEVEL, ALWAYS_OBLIQUE, RARELY, VERSE_READINGS } from './readings.ts';
import { lookAlikes, standardForm, toSimplified, traditionalForms } from './script.ts';

/** Tone bits. A character with both tones has both bits. */
export const TONE = { level: 1, oblique: 2, either: 3 } as const;

/** The 30 level-tone groups of the 平水韻, in its order: 15 上平, then 15 下平. Regulated verse rhymes in these. */
export const ALL_RHYMES = [
  ...['東', '冬', '江', '支', '微', '魚', '虞', '齊', '佳', '灰', '真', '文', '元', '寒', '刪'],
  ...['先', '蕭', '肴', '豪', '歌', '麻', '陽', '庚', '青', '蒸', '尤', '侵', '覃', '鹽', '咸'],
] as const;
export type RhymeGroup = (typeof ALL_RHYMES)[number];

/**
 * The 平水韻 group of each 廣韻 rhyme in level tone. tshet-uinh calls 欣 殷, and counts 諄, 桓 and 戈 as 真, 寒 and 歌. 祭,
 * 泰, 夬 and 廢 have no level tone.
 */
const GROUP_OF_RHYME: Readonly<Record<string, RhymeGroup>> = {
  ...{ 東: '東', 冬: '冬', 鍾: '冬', 江: '江', 支: '支', 脂: '支', 之: '支', 微: '微', 魚: '魚', 虞: '虞' },
  ...{ 模: '虞', 齊: '齊', 佳: '佳', 皆: '佳', 灰: '灰', 咍: '灰', 真: '真', 臻: '真', 文: '文', 殷: '文' },
  ...{ 元: '元', 魂: '元', 痕: '元', 寒: '寒', 刪: '刪', 山: '刪', 先: '先', 仙: '先', 蕭: '蕭', 宵: '蕭' },
  ...{ 肴: '肴', 豪: '豪', 歌: '歌', 麻: '麻', 陽: '陽', 唐: '陽', 庚: '庚', 耕: '庚', 清: '庚', 青: '青' },
  ...{ 蒸: '蒸', 登: '蒸', 尤: '尤', 侯: '尤', 幽: '尤', 侵: '侵', 覃: '覃', 談: '覃', 鹽: '鹽', 添: '鹽' },
  ...{ 嚴: '鹽', 咸: '咸', 銜: '咸', 凡: '咸' },
};

interface Prosody {
  readonly tones: number;
  readonly rhymes: readonly string[];
}

/** By all readings of a character, and by its usual ones. */
interface Readings {
  readonly all: Prosody;
  readonly usual: Prosody;
}

const UNKNOWN: Prosody = { tones: 0, rhymes: [] };
const known = new Map<string, Readings>();

/** The tone bits ({@link TONE}) of a traditional character, by all its readings. 0 if its tone is unknown. */
export function tonesOf(char: string): number {
  return lookUp(char).all.tones;
}

/** The level-tone 平水韻 groups of a traditional character. Empty if it is oblique only, or unknown. */
export function rhymesOf(char: string): readonly string[] {
  return lookUp(char).all.rhymes;
}

/** As {@link tonesOf}, but without the readings that verse has rarely: what the model may write a character for. */
export function usualTonesOf(char: string): number {
  return lookUp(char).usual.tones;
}

/** As {@link rhymesOf}, but without the readings that verse has rarely. */
export function usualRhymesOf(char: string): readonly string[] {
  return lookUp(char).usual.rhymes;
}

function lookUp(char: string): Readings {
  let readings = known.get(char);
  if (readings === undefined) {
    readings = find(char);
    known.set(char, readings);
  }
  return readings;
}

/** The readings of the first spelling that has any. */
function find(char: string): Readings {
  for (const spelling of spellingsOf(char)) {
    const usual = verseReadings(VERSE_READINGS.get(spelling)) ?? dictionaryReadings(spelling);
    if (usual === null) continue;
    const rare = verseReadings(RARELY.get(spelling)) ?? UNKNOWN;
    const all = {
      tones: usual.tones | rare.tones,
      rhymes: [...new Set([...usual.rhymes, ...rare.rhymes])],
    };
    return { all, usual };
  }
  return { all: UNKNOWN, usual: UNKNOWN };
}

/** The spellings of a character, in the order in which they are looked up. The last ones only look the same. */
function* spellingsOf(char: string): Iterable<string> {
  if (VERSE_READINGS.has(char)) yield char;
  yield standardForm(char);
  yield char;
  yield* traditionalForms(char);
  yield* traditionalForms(toSimplified(char));
  yield* lookAlikes(char);
  yield toSimplified(char);
}

/** Readings as in readings.ts: level-tone groups, 仄, or both. Null if there are none. */
function verseReadings(readings: readonly string[] | undefined): Prosody | null {
  if (readings === undefined) return null;
  const rhymes = readings.filter((reading) => reading !== '仄');
  const oblique = rhymes.length < readings.length;
  return { tones: (rhymes.length > 0 ? TONE.level : 0) | (oblique ? TONE.oblique : 0), rhymes };
}

function dictionaryReadings(char: string): Prosody | null {
  let tones = 0;
  const rhymes = new Set<string>();
  for (const { 音韻地位: place } of dictionary().資料.query字頭(char)) {
    if (place.聲 === '平') {
      tones |= TONE.level;
      const group = GROUP_OF_RHYME[place.韻];
      if (group !== undefined) rhymes.add(group);
    } else {
      tones |= TONE.oblique;
    }
  }
  if (tones === 0) return null;
  if (ALWAYS_OBLIQUE.has(char)) return { tones: TONE.oblique, rhymes: [] };
  return { tones: ALWAYS_LEVEL.has(char) ? TONE.level : tones, rhymes: [...rhymes] };
}

type Dictionary = typeof import('tshet-uinh');
let loaded: Dictionary | null = null;

/** Loaded at the first use: parsing the 廣韻 takes a quarter of a second, and some programs never need it. */
function dictionary(): Dictionary {
  loaded ??= createRequire(import.meta.url)('tshet-uinh') as Dictionary;
  return loaded;
}
