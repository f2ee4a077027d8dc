/**
 * The names that people use for a level-tone rhyme group: 東, 东, 一东, 上平一東, or the pinyin if it belongs to one
 * group only.
 */

import { ALL_RHYMES, type RhymeGroup } from '../poetry/prosody.ts';
import { toSimplified, toTraditional } from '../poetry/script.ts';
import type { Suggestion } from './command.ts';
import { type Locale, scriptOf } from './locale.ts';
import { UserError } from './user-error.ts';

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
  return { name, pinyin: PINYIN[name], title: `${half}${chineseNumber((index % 15) + 1)}${name}` };
});

/** The values that a request's rhyme may have: `auto`, then the groups. Buttons store the index, so the order is fixed. */
export const RHYME_NAMES: readonly string[] = ['auto', ...ALL_RHYMES];

const AUTO = ['auto', '自动', 'zidong', '不限', 'buxian'];

/** Discord shows at most 25 suggestions. */
const MAX_SUGGESTIONS = 25;

/**
 * `auto`, or the traditional name of the group that `text` names. Text that names no group is returned as it is, and
 * the plan refuses it. Throws {@link UserError} if `text` is the pinyin of several groups.
 */
export function rhymeNamed(text: string): string {
  const typed = text.toLowerCase();
  if (AUTO.includes(typed)) return 'auto';
  const matches = GROUPS.filter(
    ({ name, pinyin, title }) => typed === pinyin || sameWord(typed, name) || endsTitle(title, typed),
  );
  if (matches.length > 1) {
    throw new UserError('rhyme-ambiguous', {
      value: text,
      groups: matches.map(({ name }) => name).join(' '),
    });
  }
  return matches[0]?.name ?? text;
}

/** `auto` and the groups whose name, title or pinyin contains the typed text. */
export function suggestRhymes(typed: string, locale: Locale): readonly Suggestion[] {
  const show = scriptOf(locale) === 'simplified' ? toSimplified : (text: string) => text;
  const wanted = toTraditional(typed.trim().toLowerCase());
  return [
    { label: 'auto', value: 'auto' },
    ...GROUPS.map(({ name, pinyin, title }) => ({
      label: `${show(name)} · ${show(title)} · ${pinyin}`,
      value: name,
    })),
  ]
    .filter(({ label, value }) => `${label} ${value} ${toTraditional(label)}`.includes(wanted))
    .slice(0, MAX_SUGGESTIONS);
}

/** Whether `typed` is the end of a group's title and has its number: 一東 or 上平一東. */
function endsTitle(title: string, typed: string): boolean {
  return typed.length > 1 && toSimplified(title).endsWith(toSimplified(typed));
}

function sameWord(one: string, other: string): boolean {
  return toSimplified(one) === toSimplified(other);
}

/** A number from 1 to 15 in Chinese. */
function chineseNumber(number: number): string {
  const digits = '一二三四五六七八九十';
  return number <= 10 ? digits.charAt(number - 1) : `十${digits.charAt(number - 11)}`;
}
