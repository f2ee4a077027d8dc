/**
 * Simplified and traditional script, by OpenCC's dictionaries. The model reads and writes traditional script,
 * because tone and rhyme need it (simplified 发 is two words, of two rhymes); simplified is a view of it.
 *
 * OpenCC's own converter builds a tree of its 49,000 phrases on first use, 240 ms here; the longest-match
 * lookup below over the same dictionaries is ready in a fifth of that, and only once a text needs phrases.
 */

import { from } from 'opencc-js/preset/cn2t';
import { to } from 'opencc-js/preset/t2cn';

/** OpenCC's dictionaries are strings of `source target|source target|…`: phrases, then single characters. */
type Dictionaries = readonly [phrases: string, characters: string];
const TO_TRADITIONAL = from.cn?.[0] as Dictionaries;
const TO_SIMPLIFIED = to.cn?.[0] as Dictionaries;

/**
 * Characters that OpenCC's own table of single characters does not decide as verse would, each followed by its
 * traditional forms: itself first where it is traditional too, then the commonest.
 *
 * First those that merge several words (后, 里, 发), and those of two spellings that are both common; forms that are
 * modern or rare words only (颱, 檯, 齣, 韆) are left out, for a poem never means them. Then those that verse itself
 * writes so, where OpenCC would change them for a rarer spelling (却, not 卻).
 */
const DECIDED = `
  发發髮 后后後 里里裏裡 云云雲 干干乾幹 余余餘 谷谷穀 征征徵 几几幾 台台臺 斗斗鬥 松松鬆 卷卷捲 才才纔 只只隻 舍舍捨
  游游遊 蒙蒙濛 于于於 咸咸鹹 升升昇 制制製 栖栖棲 辟辟闢 范范範 凭凭憑 昆昆崑 栗栗慄 朴朴樸 系系繫係 郁郁鬱 姜姜薑 夸夸誇
  丑丑醜 岩岩巖 筑筑築 冲沖衝 准准準 并並併幷 仆僕仆 术術朮 历歷曆 钟鐘鍾 复復複覆 获獲穫 须須鬚 饥飢饑 脏臟髒 纤纖縴
  坛壇罈 团團糰 汇匯彙 弥彌瀰 签籤簽 迹跡迹 荡蕩盪 赞贊讚 鉴鑑鑒 锤鎚錘 凄淒悽 炼鍊煉 叹歎嘆 个箇個 闲閑閒 径徑逕 袅嫋裊
  艳豔艷 湿濕溼 捣擣搗 借借藉 着著着 么麽麼 床牀床 群羣群 唇脣唇 灶竈灶 吃喫吃 痴癡痴 强強强 烟煙烟 绕繞遶 吊弔吊 抬擡抬
  却却 峰峰 荆荆 挂挂 占占 脚脚 凶凶 熏熏 秘秘 吁吁 衮衮 咨咨 虬虬 姹姹 皂皂 咤咤 蘖蘖 肴肴 鸡雞 绣繡 棱稜`;

const FORMS = new Map<string, readonly string[]>(
  DECIDED.trim()
    .split(/\s+/u)
    .map((entry) => {
      const [simplified = '', ...forms] = entry;
      return [simplified, forms];
    }),
);

/**
 * Variants that the corpus of verse is printed with, OpenCC leaves alone, and no reader of simplified script knows,
 * each followed by the character that took its place (異體字整理表, 1955); those whose sense or sound differs are
 * left out.
 */
const VARIANTS = new Map(
  `疎疏 劒剑 鴈雁 猨猿 慙惭 簷檐 鬬斗 徧遍 櫂棹 斾旆 嬾懒 蘂蕊 媿愧 堦阶 褭袅 覩睹 廻回 臯皋 皐皋 煖暖 髪发 暎映 桮杯
   飜翻 歛敛 隣邻 檝楫 呌叫 竝并 燄焰 鏁锁 巵卮 罇樽 逈迥 鵶鸦 顇悴 顦憔 牋笺 鼇鳌 羇羁 覊羁 僊仙 栢柏 嚬颦 棃梨 蹔暂
   隄堤 鸎莺 粧妆 趂趁 懃勤 缾瓶 醆盏 毬球 壻婿 碁棋 筯箸 麤粗 麄粗 帬裙 牕窗 窓窗 窻窗 牓榜 緜绵 藂丛 懽欢 槃盘 蔕蒂 飡餐
   虵蛇 輭软 椀碗 盌碗 悮误 怱匆 悤匆 欵款 汚污 犂犁 衞卫 諠喧 効效 峩峨 穉稚 姪侄 畧略 遯遁 湼涅 筭算
   胷胸 蕚萼 磵涧 轝舆 濬浚 賸剩 勅敕 俛俯 塲场 尅克 瓌瑰 嗁啼 椶棕 噉啖 秔粳 輙辄 廐厩 揜掩 撃击 襃褒
   鉏锄 睠眷 鳯凤 斵斫 澣浣 蠭蜂 鷰燕 匳奁 嵓岩 嵒岩 緫总 倂并 澁涩 箒帚 羗羌 菓果 謌歌 隟隙 餧喂 刼劫 啣衔
   畊耕 氊毡 碪砧 翺翱 濶阔 穽阱 臙胭 覔觅 躭耽 壍堑 澘潸 甎砖 塼砖 竚伫 蹏蹄 鄽廛 韈袜 韤袜 顋腮 駈驱 鰕虾 齩咬
   倐倏 勗勖 敍叙 狥徇 箆篦 荳豆 駞驼 婬淫 憇憩 抝拗 燿耀 蟇蟆 袵衽 裌夹 挍校 徃往 潄漱 艣橹 踈疏 餙饰`
    .split(/\s+/u)
    .map(([variant = '', usual = '']) => [variant, usual]),
);
const VARIANT = new RegExp(`[${[...VARIANTS.keys()].join('')}]`, 'gu');

class Dictionary {
  readonly #notation: Dictionaries;
  readonly #characters: ReadonlyMap<string, string>;
  #phrases: Phrases | null = null;

  constructor(notation: Dictionaries) {
    this.#notation = notation;
    this.#characters = read(notation[1]);
  }

  character(char: string): string {
    return this.#characters.get(char) ?? char;
  }

  entries(): Iterable<[source: string, target: string]> {
    return this.#characters;
  }

  /** The text cut as OpenCC cuts it, longest match first: pairs of what stood there and what it becomes. */
  segments(text: string): (readonly [source: string, target: string])[] {
    this.#phrases ??= readPhrases(this.#notation[0]);
    const { targets, longest } = this.#phrases;
    const out: (readonly [string, string])[] = [];
    for (let at = 0; at < text.length; ) {
      const char = String.fromCodePoint(text.codePointAt(at) as number);
      let source = text.slice(at, at + (longest.get(char) ?? 0));
      while (source.length > char.length && !targets.has(source)) source = source.slice(0, -1);
      if (source.length <= char.length) source = char;
      out.push([source, targets.get(source) ?? this.character(source)]);
      at += source.length;
    }
    return out;
  }
}

interface Phrases {
  readonly targets: ReadonlyMap<string, string>;
  /** UTF-16 length of the longest phrase that begins with a character. */
  readonly longest: ReadonlyMap<string, number>;
}

function readPhrases(notation: string): Phrases {
  const targets = read(notation);
  const longest = new Map<string, number>();
  for (const phrase of targets.keys()) {
    const first = String.fromCodePoint(phrase.codePointAt(0) as number);
    longest.set(first, Math.max(longest.get(first) ?? 0, phrase.length));
  }
  return { targets, longest };
}

function read(notation: string): Map<string, string> {
  return new Map(
    notation.split('|').map((entry) => {
      const space = entry.indexOf(' ');
      return [entry.slice(0, space), entry.slice(space + 1)];
    }),
  );
}

const traditional = new Dictionary(TO_TRADITIONAL);
const simplified = new Dictionary(TO_SIMPLIFIED);

/** A text of either script in simplified script, phrase by phrase (乾坤 keeps its 乾), without old variants. */
export function toSimplified(text: string): string {
  return simplifiedByOpenCC(text).replace(VARIANT, (char) => VARIANTS.get(char) ?? char);
}

/** The same with every variant that OpenCC leaves alone. */
export function simplifiedByOpenCC(text: string): string {
  return simplified
    .segments(text)
    .map(([, target]) => target)
    .join('');
}

/** A simplified text in traditional script, phrase by phrase (头发 becomes 頭髮, 出发 becomes 出發). */
export function toTraditional(text: string): string {
  return traditional
    .segments(text)
    .map(([source, target]) => likeliestForm(source, target))
    .join('');
}

/** OpenCC's form of a lone character, unless verse writes another. */
function likeliestForm(char: string, form: string): string {
  const forms = FORMS.get(char);
  if (forms === undefined || (forms[0] === char && forms.includes(form))) return form;
  return forms[0] as string;
}

/**
 * The traditional forms that a lone character may stand for: itself first where it is traditional too. One form
 * for most; a character that neither script changes is its own.
 */
export function traditionalForms(char: string): readonly string[] {
  return FORMS.get(char) ?? [traditional.character(char)];
}

let merged: Map<string, string[]> | null = null;

/**
 * The other characters that a reader of simplified script could not tell from a traditional one: 墻 for 牆, 裡 and
 * 里 for 裏.
 */
export function lookAlikes(char: string): readonly string[] {
  if (merged === null) {
    merged = new Map();
    for (const [source, target] of simplified.entries()) {
      const sources = merged.get(target);
      if (sources) sources.push(source);
      else merged.set(target, [source]);
    }
  }
  const shown = simplified.character(char);
  const others = merged.get(shown) ?? [];
  return (isSimplifiedOnly(shown) ? others : [shown, ...others]).filter((other) => other !== char);
}

/** Whether the character is of simplified script alone (红, 发). */
export function isSimplifiedOnly(char: string): boolean {
  return !traditionalForms(char).includes(char);
}

/** Whether the character is of traditional script alone (紅, 後). */
export function isTraditionalOnly(char: string): boolean {
  return simplified.character(char) !== char && !ALSO_SIMPLIFIED.has(char);
}

/** Whether a text is of traditional script beyond doubt: some of its characters are, and none is of simplified script alone. */
export function isTraditional(text: string): boolean {
  const each = [...text];
  return each.some(isTraditionalOnly) && !each.some(isSimplifiedOnly);
}

/** Characters that simplified script changes in some words and keeps in others (乾坤, 慰藉, 著作, 覆盖). */
const ALSO_SIMPLIFIED = new Set('乾藉著覆徵夥瞭');

/** Spellings that Taiwan, Hong Kong or older type prefer, each followed by the one of the corpus of verse. */
const SPELLINGS = new Map(
  `為爲 偽僞 眾衆 啟啓 媯嬀 嫻嫺 缽鉢 踴踊 温溫 户戶 悦悅 説說 税稅 脱脫 閲閱 鋭銳 鈎鉤 卧臥 敍敘 兑兌 愠慍 綫線 衞衛 蜕蛻
   葱蔥 藴蘊 醖醞 綉繡 絶絕 緑綠 録錄 顔顏 眞真 卽即 旣既 敎教 淸清 靑青 郞郎 鄕鄉 愼慎 槪概 飮飲`
    .split(/\s+/u)
    .map(([spelling = '', usual = '']) => [spelling, usual]),
);

/** A traditional character as the corpus of verse spells it: 爲 for Taiwan's 為, 說 for Hong Kong's 説. */
export function standardForm(char: string): string {
  return SPELLINGS.get(char) ?? char;
}

/**
 * What to make of a text whose script nobody has said: for each character, the traditional forms that it may
 * stand for. A text with any character of traditional script alone is traditional, and its 后 is 后; in any other
 * text a phrase decides (头发, 白云), and where none does, or where the characters stand `apart`, all forms are open.
 */
export function readEitherScript(
  text: string,
  characters: 'together' | 'apart' = 'together',
): (readonly string[])[] {
  const each = [...text];
  if (each.some(isTraditionalOnly)) {
    return each.map((char) => (isSimplifiedOnly(char) ? traditionalForms(char) : [char]));
  }
  if (characters === 'apart') return each.map(traditionalForms);
  return traditional.segments(text).flatMap(([source, target]) => {
    const sources = [...source];
    const targets = [...target];
    const isPhrase = sources.length > 1 && sources.length === targets.length;
    return isPhrase ? targets.map((char) => [char]) : sources.map(traditionalForms);
  });
}

/** A text whose script nobody has said, in traditional script, decided as OpenCC decides. */
export function asTraditional(text: string): string {
  return [...text].some(isTraditionalOnly) ? text : toTraditional(text);
}
