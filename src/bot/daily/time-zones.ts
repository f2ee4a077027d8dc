/** Time zones: reads the one that a user typed, and suggests some while they type. */

import type { Suggestion } from '../command.ts';
import type { Locale } from '../locale.ts';

/** What is suggested before anything is typed. The first is the zone of users who give none. */
const USUAL: { readonly [locale in Locale]: readonly string[] } = {
  'en-US': ['UTC', 'America/Los_Angeles', 'America/New_York', 'Europe/London', 'Asia/Singapore'],
  'zh-CN': ['Asia/Shanghai', 'Asia/Singapore', 'America/Los_Angeles', 'America/New_York', 'Europe/London'],
  'zh-TW': ['Asia/Taipei', 'Asia/Hong_Kong', 'Asia/Macau', 'America/Los_Angeles', 'America/New_York'],
  ja: ['Asia/Tokyo', 'UTC', 'America/Los_Angeles', 'America/New_York', 'Europe/London'],
};

/** Cities that users type, and that the IANA names do not have, or not in these characters. */
const CITIES: Readonly<Record<string, string>> = {
  beijing: 'Asia/Shanghai',
  peking: 'Asia/Shanghai',
  北京: 'Asia/Shanghai',
  上海: 'Asia/Shanghai',
  香港: 'Asia/Hong_Kong',
  澳門: 'Asia/Macau',
  澳门: 'Asia/Macau',
  台北: 'Asia/Taipei',
  臺北: 'Asia/Taipei',
  東京: 'Asia/Tokyo',
  东京: 'Asia/Tokyo',
  大阪: 'Asia/Tokyo',
  osaka: 'Asia/Tokyo',
  新加坡: 'Asia/Singapore',
  'san francisco': 'America/Los_Angeles',
  washington: 'America/New_York',
  boston: 'America/New_York',
  纽约: 'America/New_York',
  紐約: 'America/New_York',
  伦敦: 'Europe/London',
  倫敦: 'Europe/London',
  ロンドン: 'Europe/London',
};

/** No request needs more. */
const MAX_SUGGESTIONS = 25;

export function usualZone(locale: Locale): string {
  return USUAL[locale][0] ?? 'UTC';
}

/** The IANA name of the zone that was typed, in the spelling of the platform. Null if there is none of that name. */
export function readZone(typed: string): string | null {
  const text = plain(typed);
  const city = CITIES[text];
  if (city !== undefined) return city;
  const name = typed.trim().replaceAll(' ', '_');
  // Offsets such as +08:00 are zones too, but they keep no daylight-saving time.
  if (!/^[a-z]/iu.test(name)) return null;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    const ends = Intl.supportedValuesOf('timeZone').filter((zone) => plain(zone).endsWith(`/${text}`));
    return ends.length === 1 ? (ends[0] ?? null) : null;
  }
}

/** The zones whose name, or whose name in the user's language, contains what was typed. `now` is in Unix milliseconds. */
export function suggestZones(typed: string, locale: Locale, now: number): readonly Suggestion[] {
  const text = plain(typed);
  const all = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const found = text === '' ? USUAL[locale] : [...citiesOf(text), ...all.filter(isMeant)];
  return [...new Set(found)].slice(0, MAX_SUGGESTIONS).map((zone) => ({
    label: `${zone} · ${clockIn(zone, locale, now)}`,
    value: zone,
  }));

  function isMeant(zone: string): boolean {
    return plain(zone).includes(text) || plain(nameOf(zone, locale)).includes(text);
  }
}

function citiesOf(text: string): readonly string[] {
  return Object.entries(CITIES).flatMap(([city, zone]) => (city.startsWith(text) ? [zone] : []));
}

function plain(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase().replaceAll('_', ' ');
}

/** What the clocks there show now, by which users recognise their own zone: 20:15, GMT+8. */
function clockIn(zone: string, locale: Locale, now: number): string {
  const format = new Intl.DateTimeFormat(locale, {
    ...{ timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    timeZoneName: 'shortOffset',
  });
  const parts = format.formatToParts(now);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('hour')}:${part('minute')} ${part('timeZoneName')}`;
}

/** The names are those of this moment: some zones were called otherwise long ago. */
const RECENT = Date.UTC(2026, 0, 1);

/** Formatters take long to make, and hundreds are needed. */
const names = new Map<string, string>();

/** The zone's name in words: 中国时间. */
function nameOf(zone: string, locale: Locale): string {
  const key = `${locale} ${zone}`;
  const known = names.get(key);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'longGeneric' });
  const name = format.formatToParts(RECENT).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  names.set(key, name);
  return name;
}
