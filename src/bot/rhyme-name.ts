/** The level-tone rhyme groups as people write them: 東, 东, 一东, 上平一東, or dong where only one is called so. */

import { ALL_RHYMES, type RhymeGroup } from '../poetry/prosody.ts';
import { toSimplified, toTraditional } from '../poetry/script.ts';
import type { Suggestion } from './command.ts';
import { Complaint } from './complaint.ts';
import { type Locale, scriptOf } from './locale.ts';

/** The pinyin of every group, without tone marks. */
const PINYIN: { readonly [group in RhymeGroup]: string } = {
  ...{
    東: 'dong',
    冬: 'dong',
    江: 'jiang',
    支: 'zhi',
    微: 'wei',
    魚: 'yu',
    虞: 'yu',
    齊: 'qi',
    佳: 'jia',
    灰: 'hui',
  },
  ...{
    真: 'zhen',
    文: 'wen',
    元: 'yuan',
    寒: 'han',
    刪: 'shan',
    先: 'xian',
    蕭: 'xiao',
    肴: 'yao',
    豪: 'hao',
    歌: 'ge',
  },
  ...{
    麻: 'ma',
    陽: 'yang',
    庚: 'geng',
    青: 'qing',
    蒸: 'zheng',
    尤: 'you',
    侵: 'qin',
    覃: 'tan',
    鹽: 'yan',
    咸: 'xian',
  },
};

const GROUPS = ALL_RHYMES.map((name, index) => {
  const half = index < 15 ? '上平' : '下平';
  return { name, pinyin: PINYIN[name], title: `${half}${ordinal((index % 15) + 1)}${name}` };
});

/** The values that a request's rhyme may have: `auto`, then the groups. Buttons store the index, so the order is fixed. */
export const RHYME_NAMES: readonly string[] = ['auto', ...ALL_RHYMES];

const AUTO = ['auto', '自动', 'zidong', '不限', 'buxian'];

/** Discord shows at most this many suggestions. */
const SHOWN = 25;

/** `auto`, or the group's traditional name; what is no group at all is left as it stands for the plan to refuse. */
export function rhymeNamed(text: string): string {
  const typed = text.toLowerCase();
  if (AUTO.includes(typed)) return 'auto';
  const matches = GROUPS.filter(
    ({ name, pinyin, title }) => typed === pinyin || sameWord(typed, name) || endsLike(title, typed),
  );
  if (matches.length > 1) {
    throw new Complaint('rhyme-ambiguous', {
      value: text,
      groups: matches.map(({ name }) => name).join(' '),
    });
  }
  return matches[0]?.name ?? text;
}

/** The groups whose name, title or pinyin has what is typed in it; at first `auto`. */
export function suggestRhymes(typed: string, locale: Locale): readonly Suggestion[] {
  const show = scriptOf(locale) === 'simplified' ? toSimplified : (text: string) => text;
  const sought = toTraditional(typed.trim().toLowerCase());
  return [
    { label: 'auto', value: 'auto' },
    ...GROUPS.map(({ name, pinyin, title }) => ({
      label: `${show(name)} · ${show(title)} · ${pinyin}`,
      value: name,
    })),
  ]
    .filter(({ label, value }) => `${label} ${value} ${toTraditional(label)}`.includes(sought))
    .slice(0, SHOWN);
}

/** Whether `typed` ends the group's title with its number: 一東 or 上平一東. */
function endsLike(title: string, typed: string): boolean {
  return typed.length > 1 && toSimplified(title).endsWith(toSimplified(typed));
}

function sameWord(one: string, other: string): boolean {
  return toSimplified(one) === toSimplified(other);
}

/** 1 to 15 in Chinese. */
function ordinal(number: number): string {
  const digits = '一二三四五六七八九十';
  return number <= 10 ? (digits[number - 1] ?? '') : `十${digits[number - 11]}`;
}
