/**
 * What writers are asked for, so that the network learns from their poems: titles of the training poems of both corpora,
 * and acrostics of phrases. Nothing of the validation and test splits is among them, nor what the sheets of
 * `npm run evaluate` ask for.
 */

import type { Random } from '../../model/random.ts';
import { FORMS, type FormName } from '../../poetry/form.ts';
import { themeOf } from '../../poetry/theme.ts';
import type { CorpusPoem } from '../corpus/corpus.ts';

/** A poem on a title, or an acrostic, for which the writer finds a title. */
export interface WritingRequest {
  readonly form: FormName;
  /** In traditional script. Empty for an acrostic. */
  readonly title: string;
  /** What the poem must begin with; mostly empty. */
  readonly opening: string;
  /** The first characters of the lines, in simplified script as users type them. Empty unless it is an acrostic. */
  readonly heads: string;
}

/** Phrases of four hanzi that users make acrostics of. */
const PHRASES =
  `杭州西子 霜叶红花 诗情画意 龙飞凤舞 母爱如山 天长地久 人民幸福 人间烟火 师恩难忘 生意兴隆 国泰民安
猴年吉祥 喜得贵子 战友情深 壁立千仞 心如止水 松柏长青 猪年纳福 银河落天 情人节好 白衣天使 金鸡报晓
前途无量 情深似海 天津之眼 感恩老师 淡泊明志 夜雨寄北 长江黄河 一见钟情 林黛玉泪 明天更好 燕子归来
武汉樱花 王芳快乐 中国加油 无为而治 落花流水 知足常乐 孙悟空行 幸福美满 老有所依 春华秋实 宁静致远
阿弥陀佛 合家欢乐 身体健康 难得糊涂 高考必胜 金榜留名 考试顺利 爱在深秋 天道酬勤 红楼一梦 雪中送炭
黄山云海 长河落日 加油加油 道法自然 南京秋色 空即是色 大漠孤烟 千山万水 东南西北 玉兔迎春 听雨观云
敦煌飞天 白头偕老 羊羊得意 思念故乡 重庆火锅 笑傲江湖 春节快乐 时不我待 上海滩头 青春无悔 塞北江南
蛙声一片 风花雪月 兄弟同心 熬夜加班 周末愉快 我爱妈妈 雁字回时 青岛啤酒 百折不挠 八方来客 铁血丹心
九九重阳 牛气冲天 张伟加油 妇女节美 雷霆万钧 心无旁骛 姐妹情长 救死扶伤 教师节好 久别重逢 高山流水
祖国万岁 光阴似箭 子孙满堂 冰清玉洁 宾至如归 两情相悦 杏坛春暖 泰山日出 元宵佳节 蝉鸣林静 赵敏可爱
谢谢大家 除夕守岁 蝴蝶纷飞 五湖四海 百年好合 西安古城 诸葛孔明 猫咪可爱 蛇年大吉 自强不息 李白斗酒
友谊长存 梅兰竹菊 厚德载物 似水流年 福寿双全 嫦娥奔月 国庆快乐 白居易诗 浮生若梦 心想事成 元旦快乐
植树造林 晚安朋友 人定胜天 周杰伦歌 陈静你好 韩梅梅美 海纳百川 无欲则刚 陶潜采菊 笑口常开 雪落无声
恭喜发财 十全十美 剑胆琴心 江山如画 朝花夕拾 旗开得胜 代码人生 鹏程万里 峨眉金顶 神舟飞天 桂林山水
青山绿水 北京欢迎 风调雨顺 春夏秋冬 鸟语花香 吃饭睡觉 妙手回春 吉祥如意 相思成疾 上善若水 苏轼词好
温柔以待 砥砺前行 七夕快乐 李雷你好 云淡风轻 三生有幸 千里之外 兰心蕙质 龙马精神 航天英雄 福如东海
同窗情谊 财源广进 竹报平安 碧海青天 儿童节好 苏州园林 妈妈我爱 小桥流水 想你了吗 鱼跃龙门 天天开心
劳动光荣 保家卫国 王维山居 露从今夜 杜甫草堂 程序员苦 爸爸辛苦 欢迎光临 学业有成 毕业快乐 永结同心
火树银花 六六大顺 不忘初心 五谷丰登 我喜欢你 后会有期 精忠报国 圣诞快乐 新婚快乐 花开富贵 喝茶看书
鼠年发财 刘洋威武 红红火火 早安世界 大好河山 雨后彩虹 琴棋书画 科技兴国 有容乃大 万里长城 一路平安
一生一世 李小明好 月下独酌 万家灯火 草长莺飞 小狗旺财 步步高升 山高水长 桃李天下 静水流深 父爱无言
别来无恙 大智若愚 青梅竹马 乔迁之喜 端午安康 日月同辉 四海为家 西湖美景 勤能补拙 中秋团圆 少年强国
关羽千里 我想回家 王小二牛 来日方长 马到成功 孤帆远影 成都小吃 星辰大海 早生贵子 清明时节 鹤舞九天
寿比南山 虎虎生威 云南大理 开业大吉 大吉大利 世界和平 广州早茶`.split(/\s/u);

/** The forms in turn. Quatrains of seven are what users ask for most. */
const FORMS_IN_TURN: readonly FormName[] = [
  'qijue',
  'wulv',
  'qijue',
  'wulv',
  'qijue',
  'wujue',
  'qijue',
  'qilv',
];
/** Every eleventh request is an acrostic, and every third of the others has an opening. */
const ACROSTICS = 11;
const OPENINGS = 3;
const SHORTEST_TITLE = 2;
const LONGEST_TITLE = 9;

/**
 * `count` requests. `poems` are those of both corpora; only their training splits are used, and a title only once. Throws
 * a RangeError if there are too few titles.
 */
export function drawWritingRequests(
  poems: readonly CorpusPoem[],
  count: number,
  random: Random,
): WritingRequest[] {
  const phrases = random.shuffle([...PHRASES]);
  const titles = drawTitles(poems, random);
  return Array.from({ length: count }, (_, i): WritingRequest => {
    const form = FORMS_IN_TURN[i % FORMS_IN_TURN.length] ?? 'qijue';
    if (i % ACROSTICS === ACROSTICS - 1) {
      const turn = Math.floor(i / ACROSTICS);
      const heads = phrases[turn % phrases.length] ?? '';
      return { form: turn % 3 === 2 ? 'wujue' : 'qijue', title: '', opening: '', heads };
    }
    const next = titles.next();
    if (next.done) throw new RangeError('the corpora have too few titles for so many requests');
    const { title, opening } = next.value;
    return { form, title, opening: i % OPENINGS === OPENINGS - 1 ? opening : '', heads: '' };
  });
}

/** The titles of the training poems in random order, each with the first two hanzi of its poem. */
function* drawTitles(
  poems: readonly CorpusPoem[],
  random: Random,
): Generator<{ readonly title: string; readonly opening: string }> {
  const used = new Set<string>();
  for (const poem of random.shuffle(poems.filter(({ split }) => split === 'train'))) {
    const title = themeOf(poem.title);
    const length = [...title].length;
    if (length < SHORTEST_TITLE || length > LONGEST_TITLE || used.has(title)) continue;
    used.add(title);
    yield { title, opening: [...poem.text].slice(0, 2).join('') };
  }
}

/** The request in the words of a sheet: 七絕 《松風》, 首二字：歲晚. */
export function wordsOf({ form, title, opening, heads }: WritingRequest): string {
  const subject = heads ? `藏頭：${heads}` : `《${title}》`;
  return `${FORMS[form].title} ${subject}${opening ? ` 首二字：${opening}` : ''}`;
}
