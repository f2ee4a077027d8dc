/** The tone and rhyme of a slot before a character is chosen for it. */

import type { Slot } from './plan.ts';
import { rhymesOf, tonesOf, usualTonesOf } from './prosody.ts';

/** The tone bits that a given or choice slot may have. 0 if the model writes it, or if a tone is unknown. */
export function tonesOfSlot(slot: Slot): number {
  return tonesBy(tonesOf, slot);
}

/** As {@link tonesOfSlot}, without the readings that verse has rarely. */
export function usualTonesOfSlot(slot: Slot): number {
  return tonesBy(usualTonesOf, slot);
}

function tonesBy(tonesOfChar: (char: string) => number, slot: Slot): number {
  if (slot.kind === 'free' || slot.kind === 'same') return 0;
  if (slot.kind === 'given') return tonesOfChar(slot.text);
  const tones = slot.among.map(tonesOfChar);
  return tones.includes(0) ? 0 : tones.reduce((all, bits) => all | bits, 0);
}

/** The level-tone groups in which a given or choice slot may rhyme. Empty if it is free, oblique or unknown. */
export function rhymesOfSlot(slot: Slot): readonly string[] {
  if (slot.kind === 'free' || slot.kind === 'same') return [];
  return slot.kind === 'given' ? rhymesOf(slot.text) : slot.among.flatMap((char) => [...rhymesOf(char)]);
}
