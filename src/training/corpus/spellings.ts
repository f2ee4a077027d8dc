/**
 * Which characters of the corpus are spellings of one word. The printed corpus has several, often in one poem (迴 and 回), and
 * simplified script has one. A reader who gets another one back has lost no word.
 */

import { VARIANTS } from '../../poetry/character-tables.ts';
import { traditionalForms } from '../../poetry/script.ts';

/**
 * Each class has the spellings of one word. First come those that the 第一批異體字整理表 (1955) declares to be variants of one
 * another, then those that OpenCC maps to one another in its tables for Taiwan and Hong Kong, then newer shapes of the same
 * character (静靜). The words that only the 簡化字總表 (1964) merges are not here (余餘, 云雲, 里裏, 發髮, 卷捲, 后後), except three that
 * old prints write for one another: 鐘鍾, 憑凭, and 纔才, which OpenCC has too. Nor are variants that differ in sound: 于於.
 */
const CLASSES = `
  迴回 遶繞 游遊 采採 霑沾 綵彩 峯峰 祗秪秖只 託托 歎嘆 谿溪 淒悽凄 岳嶽 箇個个 烟煙 迹跡蹟 褭裊嫋 逕徑 栖棲 鬬鬥 閒閑 鑒鑑 翫玩
  棊棋 蕩盪 溼濕 髪髮 闇暗 昇升陞 脉脈 汎泛氾 絃弦 幷並併竝倂并 笋筍 塚冢 鵰雕彫琱 崙侖 卻却 掛挂 祕秘 盃杯 脩修 煉鍊 恒恆 墻牆
  旂旗 踰逾 床牀 泝溯遡 菴庵 耻恥 汙污 姦奸 悞誤 灾災 鷄雞 豔艷 嵒巖岩嵓 慾欲 搗擣 踪蹤 徴徵 虯虬 皁皂 倖幸 灧灩 涌湧 洩泄 猪豬 彷仿
  彿佛髴 膻羶 飱飧 强強 凉涼 慼戚 讚贊 鐶環 唇脣 攜携 群羣 弔吊 誌志 吒咤 痾疴 繮韁 嚙齧 踴踊 亘亙 猫貓 瓮甕 泪淚 喫吃 兇凶 稜棱
  咨諮 虱蝨 燬毀 莅蒞 卹恤 糊餬 註注 韵韻 咏詠 廕蔭 厠廁 粮糧 儁俊 厦廈 週周 暱昵 僱雇 鎌鐮 榦幹 坏坯
  裏裡 衆眾 爲為 啓啟 鍼針 葱蔥 鈎鉤 綫線 蘊藴 醖醞 緑綠 鋭銳 卧臥 絶絕 説說 緼縕 輼轀 溈潙 媯嬀 缽鉢 蒀蒕 揾搵 煴熅 麵麪 樑梁
  敎教 静靜 嵗歲 争爭 唤喚 换換 遥遙 摇搖 颜顏 黄黃 宫宮 横橫 凈淨 盗盜 羡羨 綉繡 兖兗 况況 届屆 殻殼 頽頹 凌淩 着著 冲沖 駡罵 兹茲
  縧絛 抛拋
  鐘鍾 憑凭 纔才`;

const spelled = new Map(
  CLASSES.trim()
    .split(/\s+/u)
    .flatMap((spellings) => [...spellings].map((each): [string, string] => [each, spellings])),
);

/** Whether two traditional characters are spellings of one word. */
export function sameSpelling(one: string, other: string): boolean {
  return spelling(one) === spelling(other);
}

/** One name for all the spellings of a word: its class, or the only character that replaced an old variant. */
function spelling(char: string): string {
  const listed = spelled.get(char);
  if (listed !== undefined) return listed;
  const [replaced = char, ...others] = traditionalForms(VARIANTS.get(char) ?? char);
  return VARIANTS.has(char) && others.length === 0 ? (spelled.get(replaced) ?? replaced) : char;
}
