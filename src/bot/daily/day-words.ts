/** A day in words: its date, and its festival or solar term. */

import { type Locale, texts } from '../locale.ts';
import { specialDay } from './calendar.ts';

/** `2026年9月25日 · 中秋`. */
export function dayInWords(day: string, locale: Locale): string {
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(
    Date.parse(day),
  );
  const special = specialDay(day);
  return special === null ? date : `${date} · ${texts(locale).days[special]}`;
}
