/** What a plan fixes in advance, as the model was trained to be told: the opening or the heads. */

import type { Prompt, Vocabulary } from '../model/vocabulary.ts';
import { isHanzi } from '../poetry/hanzi.ts';
import type { Slot, VersePlan } from '../poetry/plan.ts';
import { standardForm } from '../poetry/script.ts';

/** Heads if every line begins with a fixed character, else the characters that the poem begins with, if any. */
export function announcedOf(
  plan: Pick<VersePlan, 'slots' | 'lines' | 'length'>,
  vocabulary: Vocabulary,
): Prompt {
  const heads = Array.from({ length: plan.lines }, (_, line) =>
    fixed(plan.slots[line * (plan.length + 1)], vocabulary),
  );
  if (plan.lines > 1 && heads.every((head) => head !== null)) return { heads: heads.join('') };
  let opening = '';
  for (const slot of plan.slots) {
    if (slot.kind === 'given' && !isHanzi(slot.text)) continue;
    const character = fixed(slot, vocabulary);
    if (character === null) break;
    opening += character;
  }
  return opening === '' ? {} : { opening };
}

/** The character of a fixed slot in a spelling that the model knows, if there is one; null for a free slot. */
function fixed(slot: Slot | undefined, vocabulary: Vocabulary): string | null {
  if (!slot || slot.kind === 'free' || slot.kind === 'same') return null;
  if (slot.kind === 'given' && slot.written) return null;
  const forms = slot.kind === 'given' ? [slot.text, standardForm(slot.text)] : slot.among;
  return forms.find((form) => vocabulary.has(form)) ?? forms[0] ?? null;
}
