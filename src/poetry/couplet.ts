/**
 * 對聯: reads the first line (上聯) that a user gives, and plans the second (下聯), which mirrors it.
 *
 * The second line has as many characters. Its tones are the opposite ones at the even places and at the end of each part
 * of the line, and it ends level; under five characters it ends in the opposite tone. It shares no character with the first line. Where the first line repeats one of its
 * characters, the second repeats one of its own, and nowhere else. What stands opposite what is no rule that can be kept
 * or broken: the plan names the character opposite each slot, and decoding weighs it (text-index/parallel-pairs.ts).
 */

import { type FormTag, isLineLength } from './form.ts';
import { isHanzi, printableAt, tidy } from './hanzi.ts';
import { alternativesOf, patternsFor } from './meter.ts';
import type { Slot, VersePlan } from './plan.ts';
import { TONE, usualTonesOf } from './prosody.ts';
import { Refusal, type Script } from './request.ts';
import { isTraditionalOnly, readEitherScript, toSimplified } from './script.ts';

/** First lines usually have at least so many characters. Shorter ones are answered too. */
export const USUAL_FIRST_LINE = 5;
/** In hanzi. */
export const MAX_FIRST_LINE = 11;

/** What is unusual in a first line. */
export interface FirstLineFault {
  /** It has fewer than {@link USUAL_FIRST_LINE} characters, or it has as many and the last one is level. */
  readonly kind: 'short' | 'level';
  /** The last character, as it was typed. */
  readonly last: string;
}

export interface FirstLine {
  /** As it was typed, in one script, with the marks within it. */
  readonly typed: string;
  readonly plan: VersePlan;
  readonly faults: readonly FirstLineFault[];
}

/** Marks that may stand within a line, or behind it. */
const MARKS = /[，。、；：！？,.;:!?]/u;
/** Parts of a line are separated by the mark that the model knows. */
const COMMA = '，';

/** Throws {@link Refusal} if there is no line, a line with other characters than hanzi and marks, or one that is too long. */
export function readFirstLine(text: string, typedIn: Script = 'simplified'): FirstLine {
  const typed = [...readParts(text)];
  const hanzi = typed.filter(isHanzi);
  const count = hanzi.length;
  if (count === 0) throw new Refusal('couplet-empty');
  if (count > MAX_FIRST_LINE) throw new Refusal('couplet-too-long', { count, limit: MAX_FIRST_LINE });
  const readings = readEitherScript(hanzi.join(''), 'together', typedIn).values();
  const first = typed.map((char) => (isHanzi(char) ? (readings.next().value?.[0] ?? char) : char));
  const last = first.at(-1) ?? '';
  const fault = (kind: FirstLineFault['kind']) => ({ kind, last: typed.at(-1) ?? '' });
  return {
    typed: typed.join(''),
    plan: planOf(first, typed),
    faults: [
      ...(count < USUAL_FIRST_LINE ? [fault('short')] : []),
      ...(count >= USUAL_FIRST_LINE && usualTonesOf(last) === TONE.level ? [fault('level')] : []),
    ],
  };
}

/** The hanzi of the line, its parts separated by {@link COMMA}. */
function readParts(text: string): string {
  const tidied = tidy(text);
  let index = 0;
  for (const char of tidied) {
    if (!isHanzi(char) && !MARKS.test(char) && char.trim() !== '') {
      throw new Refusal('not-hanzi', { character: printableAt(tidied, index) });
    }
    index += char.length;
  }
  const parts = tidied.replace(/\s/gu, '').split(new RegExp(MARKS, 'gu'));
  return parts.filter((part) => part !== '').join(COMMA);
}

function planOf(first: readonly string[], typed: readonly string[]): VersePlan {
  const given = first.map((text, i): Slot => {
    const char = typed[i] ?? text;
    const shown = isTraditionalOnly(char) || toSimplified(text) === char;
    return { kind: 'given', text, ...(shown ? {} : { typed: char }) };
  });
  const start = first.length + 1;
  const second = first.map((opposite, i): Slot => {
    if (!isHanzi(opposite)) return { kind: 'given', text: opposite };
    const before = first.indexOf(opposite);
    return before < i ? { kind: 'same', as: start + before } : { kind: 'free', opposite };
  });
  return {
    form: formOf(first),
    lines: 2,
    length: first.length,
    title: '',
    slots: [...given, { kind: 'given', text: '，' }, ...second, { kind: 'given', text: '。' }],
    meter: 'strict',
    patterns: [{ name: '對聯', lines: ['x'.repeat(first.length), shapeOf(first)], rhymed: [] }],
    rhymes: [],
  };
}

/** The form whose couplets are the most like it. Parallel couplets are those of a 律詩. */
function formOf(first: readonly string[]): FormTag {
  if (isLineLength(first.length) && first.every(isHanzi)) return first.length === 5 ? 'wulv' : 'qilv';
  const parts = first.join('').split(COMMA);
  if (parts.every((part) => [...part].length === 5)) return 'wuyan';
  return 'mixed';
}

/** The tones of the second line, in the notation of `Pattern`. */
function shapeOf(first: readonly string[]): string {
  const allowed = first.map((char, i) => {
    if (!isHanzi(char)) return TONE.either;
    // 天 to 地: exercises with short lines only ask for the opposite tone.
    const whole = first.filter(isHanzi).length >= USUAL_FIRST_LINE;
    if (whole && i === first.length - 1) return TONE.level;
    return isTelling(first, i) ? oppositeOf(usualTonesOf(char)) : TONE.either;
  });
  // A character that stands at several places must suit all of them; the end comes first, then the places in order.
  for (const [i, char] of first.entries()) {
    const places = [...first.keys()].filter((j) => first[j] === char);
    if (!isHanzi(char) || places[0] !== i || places.length === 1) continue;
    const all = [...places].sort((a, b) => Number(b === first.length - 1) - Number(a === first.length - 1));
    allowed[i] = all.reduce<number>((tones, j) => tones & (allowed[j] ?? tones) || tones, TONE.either);
  }
  const regular = isLineLength(first.length) ? regularShapes(first.length, allowed) : [];
  if (regular.length > 0) return regular.join('|');
  return allowed.map(letterOf).join('');
}

/** Whether the tone of a place counts: the second, fourth and sixth of a part of the line, and the part's end. */
function isTelling(first: readonly string[], i: number): boolean {
  const start = first.lastIndexOf(COMMA, i) + 1;
  const atEnd = i === first.length - 1 || first[i + 1] === COMMA;
  return atEnd || (i - start) % 2 === 1;
}

/**
 * The strict shapes of a rhyming line that allow no other tone than `allowed` where that matters. They also keep the
 * second line from a lone level tone (孤平) and from three at its end (三平尾).
 */
function regularShapes(length: 5 | 7, allowed: readonly number[]): string[] {
  const lines = new Set(patternsFor(2, length, 'strict').flatMap(({ lines }) => lines.slice(1)));
  return [...lines]
    .flatMap((line) => alternativesOf(line))
    .map((shape) => shape.map((tones, i) => tones & (allowed[i] ?? TONE.either)))
    .filter((shape) => shape.every((tones) => tones !== 0))
    .map((shape) => shape.map(letterOf).join(''));
}

function oppositeOf(tones: number): number {
  if (tones === TONE.level) return TONE.oblique;
  return tones === TONE.oblique ? TONE.level : TONE.either;
}

function letterOf(tones: number): string {
  if (tones === TONE.level) return 'p';
  return tones === TONE.oblique ? 'z' : 'x';
}
