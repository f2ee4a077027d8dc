import { describe, expect, it } from 'vitest';
import { LOCALES, nearestLocale, say, terminalLocale, texts } from '../../src/bot/locale.ts';
import type { SentenceKey } from '../../src/bot/locales/texts.ts';
import { isSimplifiedOnly, toSimplified } from '../../src/poetry/script.ts';

/** Every text of a locale by its path. */
function flat(value: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'string') found.set(`${path}${key}`, inner);
    else for (const [deeper, text] of flat(inner, `${path}${key}.`)) found.set(deeper, text);
  }
  return found;
}

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe('a locale', () => {
  const english = flat(texts('en-US'));

  it.each(LOCALES)('%s has every text, with the same places to fill', (locale) => {
    const own = flat(texts(locale));
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [path, text] of own) {
      expect(text.trim(), path).not.toBe('');
      expect(places(text), path).toEqual(places(english.get(path) ?? ''));
    }
  });

  it('other than English is not English', () => {
    for (const locale of LOCALES.slice(1)) {
      for (const [key, sentence] of Object.entries(texts(locale).sentences)) {
        expect(sentence, `${locale} ${key}`).not.toBe(texts('en-US').sentences[key as SentenceKey]);
      }
    }
  });

  it('writes Chinese in one script each', () => {
    for (const [path, text] of flat(texts('zh-CN'))) expect(toSimplified(text), path).toBe(text);
    for (const [path, text] of flat(texts('zh-TW'))) {
      expect([...text].filter(isSimplifiedOnly), path).toEqual([]);
    }
  });

  it.each([
    ['zh-CN', 'zh-CN'],
    ['zh-TW', 'zh-TW'],
    ['zh_HK.UTF-8', 'zh-TW'],
    ['zh_CN.UTF-8', 'zh-CN'],
    ['zh-Hant-MO', 'zh-TW'],
    ['ja_JP.eucJP', 'ja'],
    ['en-GB', 'en-US'],
    ['C.UTF-8', 'en-US'],
    ['zhx', 'en-US'],
    ['', 'en-US'],
  ])('for %s is %s', (name, locale) => {
    expect(nearestLocale(name)).toBe(locale);
  });

  it('of a terminal follows LC_ALL, then LC_MESSAGES, then LANG', () => {
    expect(terminalLocale({ LANG: 'ja_JP.UTF-8' })).toBe('ja');
    expect(terminalLocale({ LANG: 'ja_JP.UTF-8', LC_MESSAGES: 'zh_TW.UTF-8' })).toBe('zh-TW');
    expect(terminalLocale({ LANG: 'ja_JP.UTF-8', LC_MESSAGES: 'zh_TW', LC_ALL: 'C' })).toBe('en-US');
  });
});

describe('a sentence', () => {
  it('has its places filled, numbers as the place writes them', () => {
    expect(say('en-US', 'opening-too-long', { limit: 8, count: 10_000 })).toContain('10,000');
    expect(say('ja', 'waiting', { place: 3, seconds: 12 })).toBe('順番は 3 番目、あと約 12 秒です。');
  });
});
