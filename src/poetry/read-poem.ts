/** Reads a whole poem that a user gives, in either script, for its 格律 report. */

import { FORM_NAMES, FORMS } from './form.ts';
import { freePlan, lineMark } from './free-plan.ts';
import { isHanzi, tidy } from './hanzi.ts';
import type { VersePlan } from './plan.ts';
import { Refusal } from './request.ts';
import { restoreTraditional } from './restore.ts';

/** The most UTF-16 units of a poem's text. */
export const MAX_POEM_TEXT = 300;
const FEWEST_LINES = 2;
const MOST_LINES = 16;
/** So many line lengths are named in a refusal. */
const NAMED_LENGTHS = 20;

/** A poem as its report needs it. */
export interface ReadPoem {
  /** One string for each slot, in traditional script. */
  readonly characters: readonly string[];
  /** The same, as they were typed. */
  readonly typed: readonly string[];
  /** A plan in which every character is free. */
  readonly plan: VersePlan;
}

/** Throws {@link Refusal} if the text is no poem of two to sixteen lines of five characters each, or of seven. */
export function readPoem(text: string): ReadPoem {
  const lines = linesOf(text);
  if (lines.length === 0) throw new Refusal('check-empty');
  const length = lines[0]?.length;
  if (
    (length !== 5 && length !== 7) ||
    lines.some((line) => line.length !== length) ||
    lines.length < FEWEST_LINES ||
    lines.length > MOST_LINES
  ) {
    const lengths = lines.slice(0, NAMED_LENGTHS).map((line) => line.length);
    throw new Refusal('check-shape', {
      lengths: lengths.join(' ') + (lines.length > NAMED_LENGTHS ? ' …' : ''),
    });
  }
  const plan = freePlan(lines.length, length);
  const typed = lines.flatMap((line, i) => [...line, lineMark(i, lines.length)]);
  return { characters: restoreTraditional(typed, plan), typed, plan };
}

/** The lines between the marks. A text without marks is cut by the form that has as many characters. */
function linesOf(text: string): string[][] {
  const withoutTitle = tidy(text).replace(/^\s*《[^》]*》/u, '');
  const lines: string[][] = [[]];
  for (const char of withoutTitle) {
    if (isHanzi(char)) lines.at(-1)?.push(char);
    else lines.push([]);
  }
  const found = lines.filter((line) => line.length > 0);
  const [only = [], ...others] = found;
  const form = FORM_NAMES.map((name) => FORMS[name]).find((each) => each.lines * each.length === only.length);
  if (others.length > 0 || form === undefined) return found;
  return Array.from({ length: form.lines }, (_, i) => only.slice(i * form.length, (i + 1) * form.length));
}
