/**
 * The Chinese calendar of a day: its festival or solar term, and the season. Both are those of the calendar that is
 * printed in China (the terms are reckoned for UTC+8), on the civil day of the server.
 */

import { type Lunar, Solar } from 'lunar-typescript';

/** The 24 solar terms 二十四节气, from the first of spring. Six make a season. */
export const TERMS = [
  ...(['立春', '雨水', '惊蛰', '春分', '清明', '谷雨'] as const),
  ...(['立夏', '小满', '芒种', '夏至', '小暑', '大暑'] as const),
  ...(['立秋', '处暑', '白露', '秋分', '寒露', '霜降'] as const),
  ...(['立冬', '小雪', '大雪', '冬至', '小寒', '大寒'] as const),
] as const;

export type Term = (typeof TERMS)[number];

const TERMS_IN_SEASON = 6;

export const FESTIVALS = [
  '除夕',
  '春节',
  '人日',
  '元宵',
  '花朝',
  '寒食',
  '上巳',
  '端午',
  '七夕',
  '中元',
  '中秋',
  '重阳',
  '腊八',
] as const;

export type SpecialDay = Term | (typeof FESTIVALS)[number];

export const SEASONS = ['spring', 'summer', 'autumn', 'winter'] as const;
export type Season = (typeof SEASONS)[number];

/** The festivals that have a fixed day in a lunar month: month, then day. */
const LUNAR_DAYS: Readonly<Record<string, SpecialDay>> = {
  '1 1': '春节',
  '1 7': '人日',
  '1 15': '元宵',
  '2 15': '花朝',
  '3 3': '上巳',
  '5 5': '端午',
  '7 7': '七夕',
  '7 15': '中元',
  '8 15': '中秋',
  '9 9': '重阳',
  '12 8': '腊八',
};

/** What `day` (`2026-09-25`) is. A festival counts more than a solar term. Null for a day that is neither. */
export function specialDay(day: string): SpecialDay | null {
  const solar = solarOf(day);
  const lunar = solar.getLunar();
  const tomorrow = solar.next(1).getLunar();
  // A leap month has a negative number, and no festivals.
  const festival = LUNAR_DAYS[`${lunar.getMonth()} ${lunar.getDay()}`];
  if (festival) return festival;
  if (tomorrow.getMonth() === 1 && tomorrow.getDay() === 1) return '除夕';
  const term = termOf(lunar);
  if (term) return term;
  return termOf(tomorrow) === '清明' ? '寒食' : null;
}

/** The season of a day, by the solar terms: spring begins at 立春. */
export function seasonOf(day: string): Season {
  const latest = termNamed(solarOf(day).getLunar().getPrevJieQi(true).getName());
  const season = latest && SEASONS[Math.floor(TERMS.indexOf(latest) / TERMS_IN_SEASON)];
  if (!season) throw new RangeError(`no season for ${day}`);
  return season;
}

function termOf(lunar: Lunar): Term | undefined {
  return termNamed(lunar.getJieQi());
}

function termNamed(name: string): Term | undefined {
  return TERMS.find((term) => term === name);
}

function solarOf(day: string): Solar {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || !month || !date) throw new RangeError(`not a day: ${day}`);
  return Solar.fromYmd(year, month, date);
}
