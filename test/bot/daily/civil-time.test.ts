import { describe, expect, it } from 'vitest';
import {
  dayAfter,
  dayAt,
  occurrenceAfter,
  occurrenceOn,
  readTime,
  showTime,
} from '../../../src/bot/daily/civil-time.ts';
import { readZone, suggestZones, usualZone } from '../../../src/bot/daily/time-zones.ts';
import { LOCALES } from '../../../src/bot/locale.ts';

const iso = (at: number) => new Date(at).toISOString();
const minutes = (hour: number, minute = 0) => hour * 60 + minute;

describe('a time of day', () => {
  it.each([
    ['8:00', 480],
    ['08:00', 480],
    ['8', 480],
    ['20：30', 1230],
    ['２０:３０', 1230],
    ['8.30', 510],
    ['8:30 pm', 1230],
    ['12 am', 0],
    ['12:15 PM', 735],
    ['0:00', 0],
    ['23:59', 1439],
    ['8点', 480],
    ['20時30分', 1230],
    [' 7:05 ', 425],
  ])('can be typed as %j', (typed, minute) => {
    expect(readTime(typed)).toBe(minute);
  });

  it.each(['', '24:00', '8:60', '8:5', '13 pm', '0 am', 'noon', '8:00:00', '-1', '8 o’clock', '100'])(
    'is not %j',
    (typed) => {
      expect(readTime(typed)).toBeNull();
    },
  );

  it('is shown with two digits each', () => {
    expect([0, 425, 1439].map(showTime)).toEqual(['00:00', '07:05', '23:59']);
  });
});

describe('the next occurrence', () => {
  const shanghai = { minute: minutes(8), zone: 'Asia/Shanghai' };

  it('is today’s until its moment, and then tomorrow’s', () => {
    const at = Date.parse('2026-11-26T00:00:00Z');
    expect(occurrenceAfter(at - 1, shanghai)).toEqual({ day: '2026-11-26', at });
    expect(occurrenceAfter(at, shanghai)).toEqual({ day: '2026-11-27', at: at + 86_400_000 });
  });

  it('has the day of its zone', () => {
    expect(dayAt(Date.parse('2026-12-31T16:00:00Z'), 'Asia/Shanghai')).toBe('2027-01-01');
    expect(dayAt(Date.parse('2026-12-31T16:00:00Z'), 'America/New_York')).toBe('2026-12-31');
    expect(dayAfter('2028-02-28')).toBe('2028-02-29');
  });

  it('stays at its hour when the clocks change', () => {
    const berlin = { minute: minutes(8), zone: 'Europe/Berlin' };
    expect(iso(occurrenceOn('2026-03-28', berlin).at)).toBe('2026-03-28T07:00:00.000Z');
    expect(iso(occurrenceOn('2026-03-29', berlin).at)).toBe('2026-03-29T06:00:00.000Z');
    expect(iso(occurrenceOn('2026-10-25', berlin).at)).toBe('2026-10-25T07:00:00.000Z');
  });

  it('comes once on a day that skips its hour, as much later as the clocks go forward', () => {
    const berlin = { minute: minutes(2, 30), zone: 'Europe/Berlin' };
    const skipped = occurrenceOn('2026-03-29', berlin);
    expect(iso(skipped.at)).toBe('2026-03-29T01:30:00.000Z');
    expect(occurrenceAfter(skipped.at, berlin).day).toBe('2026-03-30');
  });

  it('comes once on a day that has its hour twice, at the first', () => {
    const berlin = { minute: minutes(2, 30), zone: 'Europe/Berlin' };
    const first = occurrenceOn('2026-10-25', berlin);
    expect(iso(first.at)).toBe('2026-10-25T00:30:00.000Z');
    // An hour later the clocks show 02:30 again.
    expect(occurrenceAfter(first.at + 3_600_000 - 1, berlin).day).toBe('2026-10-26');
  });

  it('comes on each of 365 days once, in every usual zone', () => {
    for (const zone of ['America/Santiago', 'Africa/Cairo', 'Australia/Lord_Howe', 'Asia/Beirut']) {
      for (const minute of [0, 30, 90, 150]) {
        let next = occurrenceAfter(Date.parse('2026-01-01T00:00:00Z'), { minute, zone });
        for (let n = 0; n < 365; n++) {
          const after = occurrenceAfter(next.at, { minute, zone });
          expect(after.day, zone).toBe(dayAfter(next.day));
          next = after;
        }
      }
    }
  });
});

describe('a time zone', () => {
  it.each([
    ['asia/shanghai', 'Asia/Shanghai'],
    ['Asia/Shanghai ', 'Asia/Shanghai'],
    ['New York', 'America/New_York'],
    ['berlin', 'Europe/Berlin'],
    ['北京', 'Asia/Shanghai'],
    ['東京', 'Asia/Tokyo'],
    ['utc', 'UTC'],
  ])('can be typed as %j', (typed, zone) => {
    expect(readZone(typed)).toBe(zone);
  });

  it.each(['', '+08:00', 'Mars/Olympus', '8', 'Asia/'])('is not %j', (typed) => {
    expect(readZone(typed)).toBeNull();
  });

  it('is suggested by a part of its name, in the language of the user too', () => {
    const now = Date.parse('2026-11-26T12:15:00Z');
    const first = (typed: string, locale: (typeof LOCALES)[number]) => suggestZones(typed, locale, now)[0];
    expect(first('shang', 'en-US')).toEqual({ label: 'Asia/Shanghai · 20:15 GMT+8', value: 'Asia/Shanghai' });
    expect(first('上', 'zh-CN')?.value).toBe('Asia/Shanghai');
    expect(suggestZones('日本', 'ja', now).map(({ value }) => value)).toContain('Asia/Tokyo');
    expect(suggestZones('new york', 'en-US', now).map(({ value }) => value)).toEqual(['America/New_York']);
    expect(suggestZones('nowhere at all', 'en-US', now)).toEqual([]);
    expect(suggestZones('a', 'en-US', now)).toHaveLength(25);
  });

  it.each(LOCALES)('is suggested in %s before anything is typed, the usual one first', (locale) => {
    const [first, ...others] = suggestZones('', locale, 0);
    expect(first?.value).toBe(usualZone(locale));
    expect(others).not.toHaveLength(0);
    for (const { value } of [...others]) expect(readZone(value)).toBe(value);
  });
});
