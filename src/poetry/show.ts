/** Shows the characters of a poem in the script of its reader. */

import type { VersePlan } from './plan.ts';
import type { Script } from './request.ts';
import { toSimplified } from './script.ts';

/**
 * The characters of a poem, one for each slot, in a script. In simplified script a character that the user gave is shown
 * as it was typed: the note 徵 stays 徵.
 */
export function showCharacters(
  characters: readonly string[],
  { slots }: Pick<VersePlan, 'slots'>,
  script: Script,
): readonly string[] {
  if (script === 'traditional') return characters;
  const together = [...toSimplified(characters.join(''))];
  // A phrase that changes its length would shift the characters behind it.
  const shown = together.length === characters.length ? together : characters.map(toSimplified);
  return shown.map((char, i) => {
    const slot = slots[i];
    return slot === undefined || slot.kind === 'free' || slot.kind === 'same' ? char : (slot.typed ?? char);
  });
}
