/** Famous poems with their known patterns and rhymes. */

import type { FormName } from '../../src/poetry/form.ts';

interface FamousPoem {
  readonly title: string;
  readonly form: FormName;
  readonly text: string;
  readonly pattern: string;
  readonly rhyme: string;
}

export const REGULATED: readonly FamousPoem[] = [
  {
    title: '登鸛雀樓',
    form: 'wujue',
    text: '白日依山盡，黃河入海流。欲窮千里目，更上一層樓。',
    pattern: '五絕仄起首句不入韻',
    rhyme: '尤',
  },
  {
    title: '早發白帝城',
    form: 'qijue',
    text: '朝辭白帝彩雲間，千里江陵一日還。兩岸猿聲啼不住，輕舟已過萬重山。',
    pattern: '七絕平起首句入韻',
    rhyme: '刪',
  },
  {
    title: '絕句',
    form: 'qijue',
    text: '兩箇黃鸝鳴翠柳，一行白鷺上青天。窗含西嶺千秋雪，門泊東吳萬里船。',
    pattern: '七絕仄起首句不入韻',
    rhyme: '先',
  },
  {
    title: '春望',
    form: 'wulv',
    text: '國破山河在，城春草木深。感時花濺淚，恨別鳥驚心。烽火連三月，家書抵萬金。白頭搔更短，渾欲不勝簪。',
    pattern: '五律仄起首句不入韻',
    rhyme: '侵',
  },
  {
    title: '山居秋暝',
    form: 'wulv',
    text: '空山新雨後，天氣晚來秋。明月松間照，清泉石上流。竹喧歸浣女，蓮動下漁舟。隨意春芳歇，王孫自可留。',
    pattern: '五律平起首句不入韻',
    rhyme: '尤',
  },
  {
    title: '登高',
    form: 'qilv',
    text: '風急天高猿嘯哀，渚清沙白鳥飛迴。無邊落木蕭蕭下，不盡長江滾滾來。萬里悲秋常作客，百年多病獨登臺。艱難苦恨繁霜鬢，潦倒新停濁酒杯。',
    pattern: '七律仄起首句入韻',
    rhyme: '灰',
  },
];

/** The famous poem of this title. */
export function famousPoem(title: string): FamousPoem {
  const poem = REGULATED.find((each) => each.title === title);
  if (poem === undefined) throw new Error(`no poem ${title}`);
  return poem;
}

/** An old-style poem: it rhymes in the oblique tone and follows no pattern. */
export const CHUNXIAO = '春眠不覺曉，處處聞啼鳥。夜來風雨聲，花落知多少。';
