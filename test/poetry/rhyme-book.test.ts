/**
 * Compares the tones and rhymes of the whole vocabulary with a rhyme book. pingshui.txt has the 106 groups of the 平水韻, one
 * a line: the tone (上平, 下平, 上, 去, 入) and the name of the group, then its characters. The text is that of Chinese
 * Wikisource, in the public domain. It has a few slips of its own (先 is not in its group 先).
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rhymesOf, TONE, tonesOf } from '../../src/poetry/prosody.ts';
import { lookAlikes, toSimplified, traditionalForms } from '../../src/poetry/script.ts';

/**
 * Characters with a reading that the book lacks: it is in the 廣韻, and the poets use it (尚書 level, 稽首 and 彷彿 oblique), or the
 * book's reading is a slip.
 */
const BEYOND_THE_BOOK = new Set(
  '彷先尚祗阿稽丞槎躋判喻僊撩澆番吁麤嘆湓拖倘曈彊倡譚迂茆猗棺霆榔伎兇亨鞞篸繰婀酇嫣蓊湔鬆嘍嶄',
);

/** Characters of which the book has a reading that verse hardly uses, or only as another word (不 for 否, 漢 in 灘). */
const LEFT_OUT = new Set(
  '不如與猶龍夢漢留回輕鄉庭唯只其師兒迎搖折罷兼收封題參錢穿驅了潛牽獻扉母呼祖延嬌昭鮮裁蒲妨宦栽饒奔稍慶防灘柴峨虹淹墳叟單森溟妃沾菲標壘霓輸蹉阮陂槎敲橈煎頹膏摩優瀾蹇愴葭熏闇嗚油嶠紆幢汎患溶鹽廷榜旄茸翛跳衙冢芊髯喻僊幹僚尼矯徼娑觜潦韜涇員潸醅鶚頷噓菌沅躇孺朓帔嶮淩甑慷娉隗睛弁俾崦酺孥挼塍呀榦鞅癭怏韝繪豬廡懦斕桁糾孌泡褊驎囷批揉嶓邏昴鞬弛斐蜒鍛悁藟氐皖',
);

/** Rhyme groups that the book lacks: poets rhyme 蜂 in 東; the others are slips or readings of the 廣韻. */
const GROUPS_BEYOND_THE_BOOK = new Set('蜂東 邯寒 靴歌 攏東 犁齊'.split(' '));

/** Rhyme groups of readings that verse hardly uses. */
const GROUPS_LEFT_OUT = new Set(
  '能灰 平先 逢東 逢江 居支 浮虞 兒齊 禪寒 佳支 繁寒 調尤 嚴咸 追灰 零先 衡冬 台支 振庚 般刪 龜尤 蛇支 綸刪 梨齊 陂歌 湲元 乖支 彭陽 灣寒 囂豪 鈴鹽 衙魚 些歌 蠡齊 瑩青 鸝齊 騶虞 壚魚 汙麻 嬴支 純元 純先 龐東 澌齊 拏虞 倪支 騫元 仔尤 挼歌 撓肴 攏江 滎庚 罝魚 餳陽 嘔虞 禺冬 摻豪 摻侵 摻鹽 鱣寒 犁支 緡先 懵冬 齗真 剸先 掊灰'.split(
    ' ',
  ),
);

interface Entry {
  tones: number;
  readonly groups: Set<string>;
}

function readBook(): Map<string, Entry> {
  const book = new Map<string, Entry>();
  const text = readFileSync(new URL('pingshui.txt', import.meta.url), 'utf8');
  for (const line of text.trim().split('\n')) {
    const [name = '', characters = ''] = line.split(' ');
    const level = name.slice(0, -1).endsWith('平');
    for (const char of characters) {
      const entry = book.get(char) ?? { tones: 0, groups: new Set<string>() };
      entry.tones |= level ? TONE.level : TONE.oblique;
      if (level) entry.groups.add(name.slice(-1));
      book.set(char, entry);
    }
  }
  return book;
}

function readVocabulary(): string[] {
  const folder = join(import.meta.dirname, '../../checkpoints/tang');
  const file = readdirSync(folder).find((name) => name.startsWith('vocabulary-'));
  const { hanzi } = JSON.parse(readFileSync(join(folder, file ?? ''), 'utf8')) as { hanzi: string };
  return [...hanzi];
}

const book = readBook();
const vocabulary = readVocabulary();
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
