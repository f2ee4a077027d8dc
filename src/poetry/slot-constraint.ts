/** What a character must be so that it may stand in a slot of the plan. */

import { rhymesOf, TONE, tonesOf, usualRhymesOf, usualTonesOf } from './prosody.ts';

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
  /**
   * Whether an oblique character must have no level reading at all: at the end of a line that does not rhyme, where 看
   * or 思 could be read as a wrong rhyme.
   */
  readonly obliqueOnly: boolean;
  /** Characters that may not be repeated. The set is valid until the next `take` or `relax` of the cursor. */
  readonly used: ReadonlySet<string>;
  /** Index of the verse line, from 0. */
  readonly line: number;
  /** Index in the line, from 0. */
  readonly position: number;
}

/**
 * Whether the model may write a character into a free slot of this constraint. Readings that verse has rarely do not
 * count. A character of unknown tone satisfies it only if the slot allows both tones and does not rhyme.
 */
export function admits(constraint: SlotConstraint, char: string): boolean {
  const { rhymes, tones: allowed, used, obliqueOnly } = constraint;
  if (used.has(char)) return false;
  const tones = usualTonesOf(char);
  if (tones === 0) return allowed === TONE.either && rhymes === null;
  const oblique = obliqueOnly ? tonesOf(char) === TONE.oblique : (tones & TONE.oblique) !== 0;
  if (oblique && (allowed & TONE.oblique) !== 0) return true;
  if ((tones & allowed & TONE.level) === 0) return false;
  return rhymes === null || usualRhymesOf(char).some((group) => rhymes.includes(group));
}

/** Whether a form of a character that the request gives satisfies the tone and rhyme of a constraint, by any reading. */
export function admitsForm({ rhymes, tones: allowed }: SlotConstraint, form: string): boolean {
  const tones = tonesOf(form);
  if (tones === 0) return allowed === TONE.either && rhymes === null;
  if (rhymes === null) return (tones & allowed) !== 0;
  if ((tones & allowed & TONE.oblique) !== 0) return true;
  return (allowed & TONE.level) !== 0 && rhymesOf(form).some((group) => rhymes.includes(group));
}
