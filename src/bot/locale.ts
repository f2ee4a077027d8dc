/**
 * The languages of the answers, and the lookup of a sentence in one of them. The texts of each language are one
 * data file under locales/; all of them have the shape of locales/texts.ts.
 */

import type { Script } from '../poetry/request.ts';
import { enUS } from './locales/en-US.ts';
import { ja } from './locales/ja.ts';
import type { SentenceKey, Texts } from './locales/texts.ts';
import { zhCN } from './locales/zh-CN.ts';
import { zhTW } from './locales/zh-TW.ts';

export const LOCALES = ['en-US', 'zh-CN', 'zh-TW', 'ja'] as const;
export type Locale = (typeof LOCALES)[number];

/** The locale for everyone whose language is not in {@link LOCALES}. */
export const DEFAULT_LOCALE: Locale = 'en-US';

const TEXTS: { readonly [locale in Locale]: Texts } = { 'en-US': enUS, 'zh-CN': zhCN, 'zh-TW': zhTW, ja };

export function texts(locale: Locale): Texts {
  return TEXTS[locale];
}

/** Values for the `{name}` placeholders of a sentence. */
export type SentenceValues = Readonly<Record<string, string | number>>;

/** The sentence in `locale`, with its `{name}` placeholders replaced by `values`. */
export function say(locale: Locale, key: SentenceKey, values: SentenceValues = {}): string {
  return texts(locale).sentences[key].replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? value.toLocaleString(locale) : value;
  });
}

/** The locale that is nearest to a BCP 47 tag (Discord's) or a POSIX name (`zh_TW.UTF-8`). */
export function nearestLocale(name: string): Locale {
  const [withoutEncoding = ''] = name.split(/[.@]/u, 1);
  const tag = withoutEncoding.replaceAll('_', '-').toLowerCase();
  if (/^zh-(tw|hk|mo|hant)/.test(tag)) return 'zh-TW';
  if (/^zh\b/.test(tag)) return 'zh-CN';
  if (/^ja\b/.test(tag)) return 'ja';
  return DEFAULT_LOCALE;
}

/** The locale of a terminal. POSIX defines the precedence of the variables. */
export function terminalLocale(environment: NodeJS.ProcessEnv): Locale {
  return nearestLocale(environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '');
}

/** The script that readers of a locale expect. Japanese kanji are closer to the traditional forms. */
export function scriptOf(locale: Locale): Script {
  return locale === 'zh-TW' || locale === 'ja' ? 'traditional' : 'simplified';
}
