/** The plan of a poem that is already written: every character is free, and any strict pattern and rhyme may be followed. */

import { type LineLength, tagOf } from './form.ts';
import { patternsFor } from './meter.ts';
import type { Slot, VersePlan } from './plan.ts';
import { ALL_RHYMES } from './prosody.ts';

export function freePlan(lines: number, length: LineLength): VersePlan {
  const slots = Array.from({ length: lines }, (_, line): Slot[] => [
    ...Array.from({ length }, (): Slot => ({ kind: 'free' })),
    { kind: 'given', text: lineMark(line, lines) },
  ]);
  return {
    form: tagOf(lines, length),
    lines,
    length,
    title: '',
    slots: slots.flat(),
    meter: 'strict',
    patterns: patternsFor(lines, length, 'strict'),
    rhymes: ALL_RHYMES,
  };
}

/** The mark at the end of a verse line, by its index. */
export function lineMark(line: number, lines: number): string {
  return line % 2 === 1 || line === lines - 1 ? '。' : '，';
}
