/** What a character must be so that it may stand in a slot of the plan. */

import { rhymesOf, TONE, tonesOf } from './prosody.ts';

/** What a character in a free or choice slot must be. */
export interface SlotConstraint {
  /** The allowed tones, as bits of prosody's `TONE`. */
  readonly tones: number;
  /**
   * The rhyme groups that are allowed for a level-tone character. Null if the slot does not rhyme. If `tones` also
   * allows an oblique tone, the line need not rhyme, and an oblique character is allowed too. Equal lists are the same
   * object.
   */
  readonly rhymes: readonly string[] | null;
  /** Characters that may not be repeated. The set is valid until the next `take` or `relax` of the cursor. */
  readonly used: ReadonlySet<string>;
  /** Index of the verse line, from 0. */
  readonly line: number;
  /** Index in the line, from 0. */
  readonly position: number;
}

/**
 * Whether a character satisfies a constraint. A character of unknown tone satisfies it only if the slot allows both
 * tones and does not rhyme.
 */
export function admits(constraint: SlotConstraint, char: string): boolean {
  const { rhymes, tones: allowed, used } = constraint;
  if (used.has(char)) return false;
  const tones = tonesOf(char);
  if (tones === 0) return allowed === TONE.either && rhymes === null;
  if (rhymes === null) return (tones & allowed) !== 0;
  if ((tones & allowed & TONE.oblique) !== 0) return true;
  return (allowed & TONE.level) !== 0 && rhymesOf(char).some((group) => rhymes.includes(group));
}
