/**
 * Tables of single characters in which verse differs from OpenCC's dictionaries: traditional forms of simplified
 * characters, old variants, and regional spellings.
 */

/** Reads entries that are separated by white space: a character, then the characters that belong to it. */
function parseTable(text: string): [char: string, others: string[]][] {
  return text
    .trim()
    .split(/\s+/u)
    .map((entry) => {
      const [char = '', ...others] = entry;
      return [char, others];
    });
}

/** Reads entries of two characters. */
function parsePairs(text: string): ReadonlyMap<string, string> {
  return new Map(parseTable(text).map(([char, [other = '']]) => [char, other]));
}

/**
 * Simplified characters and the traditional forms that verse writes for them, where OpenCC's table of single characters
 * would decide otherwise. If a character is itself traditional, it is the first of its forms; the others follow by
 * frequency.
 *
 * First come the characters that merge several words (后, 里, 发), and those with two common spellings. Forms that are
 * used only in modern or rare words (颱, 檯, 齣, 韆) are left out, because a poem never means them. A character that is
 * its own only form (却却) is one that verse keeps and that OpenCC would change to a rarer spelling (卻).
 */
export const TRADITIONAL_FORMS: ReadonlyMap<string, readonly string[]> = new Map(
  parseTable(`
  发發髮 后后後 里里裏裡 云云雲 干干乾幹 余余餘 谷谷穀 征征徵 几几幾 台台臺 斗斗鬥 松松鬆 卷卷捲 才才纔 只只隻 舍舍捨
  游游遊 蒙蒙濛 于于於 咸咸鹹 升升昇 制制製 栖栖棲 辟辟闢 范范範 凭凭憑 昆昆崑 栗栗慄 朴朴樸 系系繫係 郁郁鬱 姜姜薑 夸夸誇
  丑丑醜 岩岩巖 筑筑築 冲沖衝 准准準 并並併幷 仆僕仆 术術朮 历歷曆 钟鐘鍾 复復複覆 获獲穫 须須鬚 饥飢饑 脏臟髒 纤纖縴
  坛壇罈 团團糰 汇匯彙 弥彌瀰 签籤簽 迹跡迹 荡蕩盪 赞贊讚 鉴鑑鑒 锤鎚錘 凄淒悽 炼鍊煉 叹歎嘆 个箇個 闲閑閒 径徑逕 袅嫋裊
  艳豔艷 湿濕溼 捣擣搗 借借藉 着著着 么麽麼 床牀床 群羣群 唇脣唇 灶竈灶 吃喫吃 痴癡痴 强強强 烟煙烟 绕繞遶 吊弔吊 抬擡抬
  岳岳嶽 戚戚 周周 布布 背背 朱朱 席席 念念 胡胡 夫夫 了了 佣佣 表表
  杠杠 却却 峰峰 荆荆 挂挂 占占 脚脚 凶凶 熏熏 秘秘 吁吁 衮衮 咨咨 虬虬 姹姹 皂皂 咤咤 蘖蘖 肴肴 鸡雞 绣繡 棱稜`),
);

/**
 * Variants that occur in the printed corpus of verse, that OpenCC does not change, and that readers of simplified script
 * do not know. Each is followed by the character that replaced it (異體字整理表, 1955). Variants that differ in sense or
 * sound are left out. Exceptions are in script.ts.
 */
export const VARIANTS = parsePairs(`
   疎疏 劒剑 鴈雁 猨猿 慙惭 簷檐 鬬斗 徧遍 櫂棹 斾旆 嬾懒 蘂蕊 媿愧 堦阶 褭袅 覩睹 廻回 臯皋 皐皋 煖暖 髪发 暎映 桮杯
   飜翻 歛敛 隣邻 檝楫 呌叫 竝并 燄焰 鏁锁 巵卮 罇樽 逈迥 鵶鸦 顇悴 顦憔 牋笺 鼇鳌 羇羁 覊羁 僊仙 栢柏 嚬颦 棃梨 蹔暂
   隄堤 鸎莺 粧妆 趂趁 懃勤 缾瓶 醆盏 毬球 壻婿 碁棋 筯箸 麤粗 麄粗 帬裙 牕窗 窓窗 窻窗 牓榜 緜绵 藂丛 懽欢 槃盘 蔕蒂 飡餐
   虵蛇 輭软 椀碗 盌碗 悮误 怱匆 悤匆 欵款 汚污 犂犁 衞卫 諠喧 効效 峩峨 穉稚 姪侄 畧略 遯遁 湼涅 筭算
   胷胸 蕚萼 磵涧 轝舆 濬浚 賸剩 勅敕 俛俯 塲场 尅克 瓌瑰 嗁啼 椶棕 噉啖 秔粳 輙辄 廐厩 揜掩 撃击 襃褒
   鉏锄 睠眷 鳯凤 斵斫 澣浣 蠭蜂 鷰燕 匳奁 嵓岩 嵒岩 緫总 倂并 澁涩 箒帚 羗羌 菓果 謌歌 隟隙 餧喂 刼劫 啣衔
   畊耕 氊毡 碪砧 翺翱 濶阔 穽阱 臙胭 覔觅 躭耽 壍堑 澘潸 甎砖 塼砖 竚伫 蹏蹄 鄽廛 韈袜 韤袜 顋腮 駈驱 鰕虾 齩咬
   倐倏 勗勖 敍叙 狥徇 箆篦 荳豆 駞驼 婬淫 憇憩 抝拗 燿耀 蟇蟆 袵衽 裌夹 挍校 徃往 潄漱 艣橹 踈疏 餙饰
   沈沉 邨村 祗只 秪只 秖只 荅答 藁稿 珮佩 妬妒 珪圭 慇殷 蒨茜 毘毗 袴裤 愬诉 搆构 烝蒸 跼局 怳恍 厓崖 炁气 絜洁 羃幂 镮环 駮驳
   瑠琉 蘗檗 敧欹 攲欹 瑯琅 笻筇 晻暗 甖罂 偪逼 橤蕊 鸜鸲 櫺棂 枿蘖 恡吝 髣仿 髴佛 淛浙 燋焦 蜨蝶 讐雠 徴征`);

/**
 * Characters that simplified script shows otherwise than OpenCC does, because verse means another word by them: 鍊 is never a
 * chain (金鍊 is refined gold), 菸 is no tobacco, 拚 is not 拼, and 瀋 is juice.
 */
export const SHOWN_FORMS = parsePairs('鍊炼 菸菸 拚拚 瀋渖');

/** Spellings of Taiwan, Hong Kong or older type. Each is followed by the spelling of the corpus of verse. */
export const SPELLINGS = parsePairs(`
   為爲 偽僞 眾衆 啟啓 媯嬀 嫻嫺 缽鉢 踴踊 温溫 户戶 悦悅 説說 税稅 脱脫 閲閱 鋭銳 鈎鉤 卧臥 敍敘 兑兌 愠慍 綫線 衞衛 蜕蛻
   葱蔥 藴蘊 醖醞 綉繡 絶絕 緑綠 録錄 顔顏 眞真 卽即 旣既 敎教 淸清 靑青 郞郎 鄕鄉 愼慎 槪概 飮飲`);

/** Characters that simplified script changes in some words and keeps in others (乾坤, 慰藉, 著作, 覆盖). */
export const ALSO_SIMPLIFIED: ReadonlySet<string> = new Set('乾藉著覆徵夥瞭');

/** Characters of simplified script that are rare words in traditional script too, and in no poem by themselves: 坏 in 鑿坏. */
export const ALSO_TRADITIONAL: ReadonlySet<string> = new Set('坏');
