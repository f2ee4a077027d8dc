import { describe, expect, it } from 'vitest';
import { FESTIVALS, seasonOf, specialDay, TERMS } from '../../../src/bot/daily/calendar.ts';
import { dayTheme } from '../../../src/bot/daily/day-theme.ts';
import { readTitle } from '../../../src/poetry/compile.ts';

/** All days of a year. */
function daysOf(year: number): string[] {
  const days: string[] = [];
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

describe('the calendar', () => {
  // By the calendars that are printed in China.
  it.each([
    ['2026-02-16', '除夕'],
    ['2026-02-17', '春节'],
    ['2026-03-03', '元宵'],
    ['2026-04-04', '寒食'],
    ['2026-04-05', '清明'],
    ['2026-06-19', '端午'],
    ['2026-08-19', '七夕'],
    ['2026-09-25', '中秋'],
    ['2026-10-18', '重阳'],
    ['2026-11-22', '小雪'],
    ['2026-12-22', '冬至'],
    ['2027-01-15', '腊八'],
    ['2025-01-28', '除夕'],
    ['2024-12-21', '冬至'],
  ])('knows that %s is %s', (day, name) => {
    expect(specialDay(day)).toBe(name);
  });

  it.each(['2026-11-26', '2026-01-01', '2025-10-01'])('knows nothing of %s', (day) => {
    expect(specialDay(day)).toBeNull();
  });

  it('has no festivals in a leap month', () => {
    // 2025 had a second sixth month, and 2028 has a second fifth one.
    expect(specialDay('2028-05-28')).toBe('端午');
    expect(specialDay('2028-06-27')).toBeNull();
  });

  it('has every term and every festival in a year, unless two are one day', () => {
    const found = daysOf(2026).map(specialDay);
    for (const name of [...TERMS, ...FESTIVALS]) {
      expect(found.filter((one) => one === name).length, name).toBe(1);
    }
  });

  it('divides the year at the first terms of the seasons', () => {
    expect(['2026-02-03', '2026-02-04', '2026-05-04', '2026-05-05'].map(seasonOf)).toEqual([
      'winter',
      'spring',
      'spring',
      'summer',
    ]);
    expect(['2026-08-06', '2026-08-07', '2026-11-06', '2026-11-07'].map(seasonOf)).toEqual([
      'summer',
      'autumn',
      'autumn',
      'winter',
    ]);
  });
});

describe('the theme of a day', () => {
  it('is its festival or term, under the name that poems have for it, whatever the server wants', () => {
    expect(dayTheme('2027-02-05', '山水')).toEqual({ title: '除夜', special: '除夕' });
    expect(dayTheme('2026-06-19', '')).toEqual({ title: '端午', special: '端午' });
    expect(dayTheme('2026-03-05', '')).toEqual({ title: '驚蟄', special: '惊蛰' });
  });

  it('is the server’s own on other days, else one of the season', () => {
    expect(dayTheme('2026-11-26', '山水')).toEqual({ title: '山水', special: null });
    expect(dayTheme('2026-11-26', '').title).not.toBe(dayTheme('2026-11-27', '').title);
  });

  it('can be the title of a poem on every day of four years', () => {
    for (const day of [2026, 2027, 2028, 2029].flatMap(daysOf)) {
      const { title } = dayTheme(day, '');
      expect(readTitle(title), day).toBe(title);
      expect(title, day).not.toBe('');
    }
  });
});
