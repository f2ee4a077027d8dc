/**
 * Compares the tones and rhymes of the whole vocabulary with a rhyme book: the 廣韻, as tshet-uinh has it, with its rhymes
 * merged into the groups of the 平水韻 here once more. Every difference is listed, so that a change of the readings shows.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rhymesOf, TONE, tonesOf } from '../../src/poetry/prosody.ts';
import { lookAlikes, toSimplified, traditionalForms } from '../../src/poetry/script.ts';

/** Characters with a tone that the book lacks: the poets use it (尚書 level, 稽首 oblique), or verse spells another word so. */
const BEYOND_THE_BOOK = new Set('遲冥歎漫強厭殷祗司阿探維秪攢歛判麤拖啞恍搴澌粗汚茆咬娉膻攏嬈杆吒疴懵');

/** Characters of which the book has a tone that verse hardly uses, or only as another word (不 for 否, 風 for 諷). */
const LEFT_OUT = new Set(
  '不風何生如與光猶能夢若留輕唯沙迴洞涼傷只荒著冷偏迎但蓮搖折枕罷精鴻兼收狂寥封淺題參毛列披錢潭巢院陳穿羨驅差潛牽獻拋蟲零延嬌纔鮮裁妨栽饒堤奔萊濛請蛾凍汀防灘圍淡虹鎮淹墳單袍輿溟梵妃沾菲標薰呈栖霓臉科蔓娛輸阮顛妓陂煖槎增敲閒橈隋寰捲煎冉膏編翳莓腥頌摩歛瀾涵沽示油嶠幢隈翹汎溶絃鹽廷榜儔黯旄翛貫磷耽臾衙菩趁芊髯跨僚訟控凜徼胥鑑娑頸針嫖觜俟課懽員屍潸筒摶頷噓恍薔朓抗帔蓂庵猱汪睇娉挺樸娶睛盪攲孱烘跂轔曨祁膻轟鉏伺沆鎚哮眩杆鰥疴腓蝗旖枰欃臠閼屎澶秧詶齗戡揄洿',
);

/** Rhyme groups that the book lacks: poets rhyme 涯 in 麻; or verse spells another word so. */
const GROUPS_BEYOND_THE_BOOK = new Set('涯麻 娃麻 蘊元 犂齊 靴麻 嘮豪'.split(' '));

/** Rhyme groups of readings that verse hardly uses. */
const GROUPS_LEFT_OUT = new Set(
  '能灰 平先 池歌 居支 兒齊 令先 令青 橫陽 論真 諸麻 繁寒 繁歌 調尤 籠冬 澄庚 屏庚 零先 台支 余麻 堤支 戲虞 蘆魚 裴微 氏庚 般刪 龜尤 焉元 蛇支 蛇歌 謾刪 謾先 烟真 綸刪 吞先 薇支 蟠元 攻冬 綃肴 湍先 蓑灰 嗔先 衙魚 蠡歌 番寒 閩文 敦灰 濆元 濡寒 崎微 菴鹽 醅尤 蘊文 查佳 崆江 犂支 蘢東 潼冬 憀尤 瞑先 荑支 蜻青 釭冬 叉佳 汶真 瀧東 圻文 圻元 捎蕭 蘧虞 陬虞 鶄青 黿寒 圜先 洼齊 瞪蒸 艘蕭 賁微 蘄微 描肴 蜿寒 蝗庚 崤豪 歈尤 蔫元 邢先 鬃江 嘮肴 棚蒸 虺佳 帘真 氐支 讙元'.split(
    ' ',
  ),
);

interface Entry {
  tones: number;
  readonly groups: Set<string>;
}

/** The rhymes of the 廣韻 that each level group of the 平水韻 takes together. tshet-uinh writes 殷 for 欣. */
const MERGED =
  '東東 冬冬鍾 江江 支支脂之 微微 魚魚 虞虞模 齊齊 佳佳皆 灰灰咍 真真諄臻 文文殷 元元魂痕 寒寒桓 刪刪山 先先仙 蕭蕭宵 肴肴 豪豪 ' +
  '歌歌戈 麻麻 陽陽唐 庚庚耕清 青青 蒸蒸登 尤尤侯幽 侵侵 覃覃談 鹽鹽添嚴 咸咸銜凡';
const GROUP_OF = new Map(
  MERGED.split(' ').flatMap(([group = '', ...rhymes]) => rhymes.map((rhyme) => [rhyme, group])),
);

interface Reading {
  readonly 音韻地位: { readonly 聲: string; readonly 韻: string };
}
const { 資料 } = createRequire(import.meta.url)('tshet-uinh') as {
  資料: { query字頭(char: string): readonly Reading[] };
};

function readBook(vocabulary: readonly string[]): Map<string, Entry> {
  const book = new Map<string, Entry>();
  for (const char of vocabulary) {
    const entry = { tones: 0, groups: new Set<string>() };
    for (const { 音韻地位: sound } of 資料.query字頭(char)) {
      entry.tones |= sound.聲 === '平' ? TONE.level : TONE.oblique;
      if (sound.聲 === '平') entry.groups.add(GROUP_OF.get(sound.韻) ?? '');
    }
    if (entry.tones !== 0) book.set(char, entry);
  }
  return book;
}

function readVocabulary(): string[] {
  const folder = join(import.meta.dirname, '../../checkpoints/tang');
  const file = readdirSync(folder).find((name) => name.startsWith('vocabulary-'));
  const { hanzi } = JSON.parse(readFileSync(join(folder, file ?? ''), 'utf8')) as { hanzi: string };
  return [...hanzi];
}

const vocabulary = readVocabulary();
const book = readBook(vocabulary);
const known = vocabulary.flatMap((char) => {
  const entry = book.get(char);
  return entry ? [{ char, ...entry, own: tonesOf(char) }] : [];
});

describe('every character of the vocabulary', () => {
  it('has a tone, and a rhyme group if it is level', () => {
    expect(vocabulary.length).toBeGreaterThan(5000);
    expect(vocabulary.filter((char) => tonesOf(char) === 0)).toEqual([]);
    const rhymeless = (char: string) => (tonesOf(char) & TONE.level) !== 0 && rhymesOf(char).length === 0;
    expect(vocabulary.filter(rhymeless)).toEqual([]);
  });

  it('keeps a tone if it is typed in simplified script, in any form that it may mean', () => {
    const forms = vocabulary.flatMap((char) => [
      ...traditionalForms(toSimplified(char)),
      ...lookAlikes(char),
    ]);
    expect(new Set(forms.filter((form) => tonesOf(form) === 0))).toEqual(new Set());
  });
});

describe('the tones of the vocabulary', () => {
  it('are compared with the book', () => expect(known.length).toBeGreaterThan(4600));

  it('are in the rhyme book, but for the exceptions', () => {
    const beyond = known.filter(({ own, tones }) => (own & ~tones) !== 0).map(({ char }) => char);
    expect(new Set(beyond)).toEqual(BEYOND_THE_BOOK);
  });

  it('have all readings of the book, but for the exceptions', () => {
    const missing = known.filter(({ own, tones }) => (tones & ~own) !== 0).map(({ char }) => char);
    expect(new Set(missing)).toEqual(LEFT_OUT);
  });
});

describe('the rhymes of the vocabulary', () => {
  const level = known.filter(({ own, tones }) => (own & tones & TONE.level) !== 0);

  it('are in the rhyme book, but for the exceptions', () => {
    const beyond = level.flatMap(({ char, groups }) =>
      rhymesOf(char).flatMap((group) => (groups.has(group) ? [] : [char + group])),
    );
    expect(new Set(beyond)).toEqual(GROUPS_BEYOND_THE_BOOK);
  });

  it('have all groups of the book, but for the exceptions', () => {
    const missing = level.flatMap(({ char, groups }) =>
      [...groups].flatMap((group) => (rhymesOf(char).includes(group) ? [] : [char + group])),
    );
    expect(new Set(missing)).toEqual(GROUPS_LEFT_OUT);
  });
});
