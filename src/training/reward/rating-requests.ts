/**
 * The requests whose answers readers rate, so that the poet learns from it: openings, titles and acrostics of phrases, as
 * users ask for. Nothing of the test split is among them, nor what the sheets of `npm run evaluate` ask for.
 */

import type { Random } from '../../model/random.ts';
import { FORM_NAMES, type FormName, type LineLength, tagOf } from '../../poetry/form.ts';
import type { VerseRequest } from '../../poetry/request.ts';
import { themeOf } from '../../poetry/theme.ts';
import type { CorpusPoem } from '../corpus/corpus.ts';

export interface RatingRequest {
  readonly form: FormName;
  readonly request: VerseRequest;
}

/** Phrases that users make acrostics of, each of as many hanzi as a form has lines. */
const PHRASES =
  `一生一世 一路平安 上善若水 中秋团圆 云淡风轻 五谷丰登 似水流年 元宵佳节 前途无量 剑胆琴心 厚德载物 吉祥如意
国泰民安 寿比南山 大吉大利 天长地久 学业有成 宁静致远 山高水长 张伟加油 心想事成 心无旁骛 思念故乡 恭喜发财 情深似海 感恩老师
我想回家 旗开得胜 早生贵子 明天更好 春夏秋冬 春华秋实 月下独酌 李小明好 东南西北 步步高升 母爱如山 永结同心 浮生若梦 淡泊明志
清明时节 王芳快乐 琴棋书画 白头偕老 百年好合 福如东海 端午安康 竹报平安 笑傲江湖 红楼一梦 红红火火 自强不息 花开富贵 万里长城
落花流水 西湖美景 诗情画意 身体健康 除夕守岁 雪中送炭 青春无悔 风花雪月 风调雨顺 马到成功 鹏程万里 龙马精神 我爱妈妈 毕业快乐
友谊长存 天道酬勤 陈静你好 日月同辉 高山流水 幸福美满 大好河山 江山如画 祝福祖国繁荣昌盛 愿你岁岁平平安安`.split(
    /\s/u,
  );

const KINDS = ['opening', 'title', 'opening', 'acrostic'] as const;
/** The forms in turn. Quatrains of seven and poems of eight lines of five are what users ask for most. */
const FORMS_IN_TURN = ['qijue', 'wulv', 'qijue', 'wulv', 'wujue', 'qijue', 'wulv', 'qilv'] as const;

/** `count` requests of all kinds in turn. Throws a RangeError if the training split has too few poems. */
export function drawRatingRequests(
  poems: readonly CorpusPoem[],
  count: number,
  random: Random,
): RatingRequest[] {
  const train = random.shuffle(poems.filter(({ split }) => split === 'train'));
  const phrases = random.shuffle([...PHRASES]);
  const take = (fits: (poem: CorpusPoem) => boolean): CorpusPoem => {
    const at = train.findIndex(fits);
    const [poem] = at < 0 ? [] : train.splice(at, 1);
    if (!poem) throw new RangeError('the training split has too few poems for so many requests');
    return poem;
  };
  return Array.from({ length: count }, (_, i): RatingRequest => {
    const kind = KINDS[i % KINDS.length];
    const turn = Math.floor(i / KINDS.length);
    const form = FORMS_IN_TURN[turn % FORMS_IN_TURN.length] ?? 'qijue';
    const common = { meter: 'strict', rhyme: 'auto' } as const;
    if (kind === 'acrostic') {
      const heads = phrases[turn % phrases.length] ?? '';
      // Every fourth has lines of five.
      const length: LineLength = turn % 4 === 3 ? 5 : 7;
      const tag = tagOf([...heads].length, length);
      const acrosticForm = FORM_NAMES.find((name) => name === tag) ?? form;
      return { form: acrosticForm, request: { kind, heads, length, title: '', ...common } };
    }
    if (kind === 'title') {
      const title = themeOf(take((poem) => poem.form === form && themeOf(poem.title) !== '').title);
      return { form, request: { kind: 'poem', opening: '', title, form, ...common } };
    }
    const opening = [...take((poem) => poem.form === form).text].slice(0, 1 + random.below(2)).join('');
    return { form, request: { kind: 'poem', opening, title: '', form, ...common } };
  });
}
