/** Tone and rhyme of a slot before anything is written in it. */

import type { Slot } from './plan.ts';
import { rhymesOf, tonesOf } from './prosody.ts';

/** Tone bits that a fixed character may have; 0 where it is free or its tone unknown. */
export function tonesOfSlot(slot: Slot): number {
  if (slot.kind === 'free') return 0;
  if (slot.kind === 'given') return tonesOf(slot.text);
  const tones = slot.among.map(tonesOf);
  return tones.includes(0) ? 0 : tones.reduce((all, bits) => all | bits, 0);
}

/** Level-tone groups in which a fixed character may rhyme; none where it is free, oblique or unknown. */
export function rhymesOfSlot(slot: Slot): readonly string[] {
  if (slot.kind === 'free') return [];
  return slot.kind === 'given' ? rhymesOf(slot.text) : slot.among.flatMap((char) => [...rhymesOf(char)]);
}
