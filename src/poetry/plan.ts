/**
 * The verse plan: the list of slots of a poem, compiled from a request before anything is written.
 *
 * The plan holds everything that is promised to the user (shape, heads, rhyme, tone), and the decoder follows it. A plan
 * is plain data, so it can be sent to another thread.
 */

import type { FormTag } from './form.ts';
import type { Meter } from './request.ts';

/**
 * One place of the poem: a hanzi or a punctuation mark. `typed` is the character as the user typed it. It is left out if
 * simplified script shows the slot's text as that character anyway.
 */
export type Slot =
  /**
   * A head, a character of the opening, or a mark. It is written as it is, even if the model does not know it. `written`
   * says that nobody asked for it: the model wrote it before, and it stays.
   */
  | { readonly kind: 'given'; readonly text: string; readonly typed?: string; readonly written?: true }
  /** A simplified character that may mean several traditional ones. The model chooses one of them. */
  | { readonly kind: 'choice'; readonly among: readonly string[]; readonly typed?: string }
  /**
   * The model writes any hanzi. `opposite` is the traditional character at the same place of the line before, if the two
   * lines are to be parallel (對仗).
   */
  | { readonly kind: 'free'; readonly opposite?: string }
  /** The character that was written in the earlier slot with the index `as`. */
  | { readonly kind: 'same'; readonly as: number };

/**
 * A tone pattern for the whole poem: one string for each verse line, made of `p` (level, 平), `z` (oblique, 仄) and `x`
 * (either, 中). If tradition allows a line several shapes, they are separated by bars: `ppxzp|zppzp`.
 */
export interface Pattern {
  /** Traditional name, such as 七絕仄起首句入韻. */
  readonly name: string;
  readonly lines: readonly string[];
  /** Indices of the verse lines that end on the rhyme. */
  readonly rhymed: readonly number[];
}

export interface VersePlan {
  readonly form: FormTag;
  readonly lines: number;
  /**
   * Hanzi in a line: five or seven, but for couplets on a first line of the user's, where marks within the line count
   * too. A line has one slot for each of them, and one more for the mark at its end.
   */
  readonly length: number;
  /** The theme in traditional script, or empty. */
  readonly title: string;
  /** All hanzi and marks of the poem, in order. */
  readonly slots: readonly Slot[];
  readonly meter: Meter;
  /**
   * The patterns that the poem may follow. The model chooses among them. With meter `none`, there is one pattern without
   * tones if a rhyme was requested, and none otherwise.
   */
  readonly patterns: readonly Pattern[];
  /** The 平水韻 groups in which the poem may rhyme. Empty if it need not rhyme. */
  readonly rhymes: readonly string[];
}
