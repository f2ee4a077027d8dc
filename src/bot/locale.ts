/**
 * The languages that people are answered in, and the lookup of a sentence in one of them. A locale is data: one
 * file of texts each under locales/, all of the same shape.
 */

import type { Script } from '../poetry/request.ts';
import { enUS } from './locales/en-US.ts';
import { ja } from './locales/ja.ts';
import type { SentenceKey, Texts } from './locales/texts.ts';
import { zhCN } from './locales/zh-CN.ts';
import { zhTW } from './locales/zh-TW.ts';

export const LOCALES = ['en-US', 'zh-CN', 'zh-TW', 'ja'] as const;
export type Locale = (typeof LOCALES)[number];

/** What Discord shows where a locale has no text of its own, and what we fall back to. */
export const DEFAULT_LOCALE: Locale = 'en-US';

const TEXTS: { readonly [locale in Locale]: Texts } = { 'en-US': enUS, 'zh-CN': zhCN, 'zh-TW': zhTW, ja };

export function texts(locale: Locale): Texts {
  return TEXTS[locale];
}

/** Values for the `{name}` places of a sentence. */
export type SentenceValues = Readonly<Record<string, string | number>>;

/** The sentence in `locale`, its `{name}` places filled from `values`. */
export function say(locale: Locale, key: SentenceKey, values: SentenceValues = {}): string {
  return texts(locale).sentences[key].replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === 'number' ? value.toLocaleString(locale) : value;
  });
}

/** The locale of ours that is nearest to a BCP 47 tag (Discord's) or a POSIX name (`zh_TW.UTF-8`). */
export function nearestLocale(name: string): Locale {
  const tag = name
    .replace(/[.@].*$/, '')
    .replaceAll('_', '-')
    .toLowerCase();
  if (/^zh-(tw|hk|mo|hant)/.test(tag)) return 'zh-TW';
  if (/^zh\b/.test(tag)) return 'zh-CN';
  if (/^ja\b/.test(tag)) return 'ja';
  return DEFAULT_LOCALE;
}

/** The locale of a terminal, by POSIX precedence. */
export function terminalLocale(environment: NodeJS.ProcessEnv): Locale {
  return nearestLocale(environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '');
}

/** The script that readers of a locale expect. Japanese kanji are nearer to the traditional forms. */
export function scriptOf(locale: Locale): Script {
  return locale === 'zh-TW' || locale === 'ja' ? 'traditional' : 'simplified';
}
