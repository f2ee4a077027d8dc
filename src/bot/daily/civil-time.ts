/**
 * Civil time: days, times of day and time zones. A day is a text, `2026-09-25`. A time of day is a number of minutes
 * after midnight. Moments are Unix milliseconds.
 */

import { Temporal } from 'temporal-polyfill';

export interface DailyTime {
  /** 0 to 1439. */
  readonly minute: number;
  /** An IANA name, such as Asia/Shanghai. */
  readonly zone: string;
}

/** A time of day on one day. */
export interface Occurrence {
  readonly day: string;
  readonly at: number;
}

/** 8:00, 08:00, 8, 8:30 pm, 20時30分. Full-width characters count as their narrow ones. */
const TIME = /^(\d{1,2})(?:[:.點点時时](\d{2})?分?)?\s*(am|pm|a\.m\.|p\.m\.)?$/u;

/** The time of day that a user typed. Null if it is none. */
export function readTime(typed: string): number | null {
  const [, hours = '', minutes = '0', half] = TIME.exec(typed.normalize('NFKC').trim().toLowerCase()) ?? [];
  if (hours === '') return null;
  const hour = Number(hours);
  const minute = Number(minutes);
  if (minute > 59) return null;
  if (half === undefined) return hour > 23 ? null : hour * 60 + minute;
  if (hour < 1 || hour > 12) return null;
  return ((hour % 12) + (half.startsWith('p') ? 12 : 0)) * 60 + minute;
}

/** `08:00`. */
export function showTime(minute: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** The day that it is in `zone` at a moment. */
export function dayAt(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();
}

export function dayAfter(day: string): string {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString();
}

/**
 * The moment of a time on `day`. A time that the clocks skip on that day is as much later as they are put forward: 02:30
 * is 03:30 then. Of a time that comes twice it is the first (`compatible` in the proposal of Temporal, and RFC 5545).
 */
export function occurrenceOn(day: string, { minute, zone }: DailyTime): Occurrence {
  const time = Temporal.PlainTime.from({ hour: Math.floor(minute / 60), minute: minute % 60 });
  const at = Temporal.PlainDate.from(day).toPlainDateTime(time).toZonedDateTime(zone);
  return { day, at: at.epochMilliseconds };
}

/** The first occurrence after a moment. */
export function occurrenceAfter(at: number, time: DailyTime): Occurrence {
  const today = occurrenceOn(dayAt(at, time.zone), time);
  return today.at > at ? today : occurrenceOn(dayAfter(today.day), time);
}
