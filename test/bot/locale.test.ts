import { describe, expect, it } from 'vitest';
import { LOCALES, nearestLocale, say, terminalLocale, texts } from '../../src/bot/locale.ts';
import { isSimplifiedOnly, toSimplified } from '../../src/poetry/script.ts';

const TRANSLATED = LOCALES.filter((locale) => locale !== 'en-US');

/** The texts in `value`, by their paths. */
function flat(value: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'string') found.set(`${path}${key}`, inner);
    else for (const [deeper, text] of flat(inner, `${path}${key}.`)) found.set(deeper, text);
  }
  return found;
}

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe('a locale', () => {
  it.each(LOCALES)('%s has no empty text', (locale) => {
    for (const [path, text] of flat(texts(locale))) expect(text.trim(), path).not.toBe('');
  });

  it.each(TRANSLATED)('%s translates every sentence, with the placeholders of the English one', (locale) => {
    const own = flat(texts(locale).sentences);
    for (const [key, sentence] of flat(texts('en-US').sentences)) {
      const translation = own.get(key) ?? '';
      expect(translation, key).not.toBe(sentence);
      expect(placeholders(translation), key).toEqual(placeholders(sentence));
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
  it('has its placeholders filled, with numbers in the format of the locale', () => {
    expect(say('en-US', 'opening-too-long', { limit: 8, count: 10_000 })).toContain('10,000');
    expect(say('ja', 'waiting', { place: 3, seconds: 12 })).toBe('順番は 3 番目、あと約 12 秒です。');
  });
});
