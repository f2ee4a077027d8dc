/**
 * The verse plan: a poem as a list of slots, compiled from a request before anything is written.
 *
 * Every promise made to the asker (shape, heads, rhyme, tone) is a property of the plan, so the decoder cannot
 * break it. Plans are plain data: they cross threads as they are.
 */

import type { FormTag, LineLength } from './form.ts';
import type { Meter } from './request.ts';

/** One place of the poem, in writing order. */
export type Slot =
  /** A head, an opening's character or a mark: it stands as it is, whether or not the model knows it. */
  | { readonly kind: 'given'; readonly text: string }
  /** A simplified character that could be several traditional ones: the model chooses among them. */
  | { readonly kind: 'choice'; readonly among: readonly string[] }
  /** A hanzi that the model writes. */
  | { readonly kind: 'free' };

/**
 * A tone pattern that the whole poem may follow: one string a verse line, of `p` (level, 平), `z` (oblique, 仄)
 * and `x` (either, 中). Where tradition gives a line several shapes, they stand side by side: `ppxzp|zppzp`.
 */
export interface Pattern {
  /** Traditional name, as 七絕仄起首句入韻. */
  readonly name: string;
  readonly lines: readonly string[];
  /** Indices of the verse lines that end on the rhyme. */
  readonly rhymed: readonly number[];
}

export interface VersePlan {
  readonly form: FormTag;
  readonly lines: number;
  /** Hanzi in a line; one slot a hanzi, then one for the mark that ends the line. */
  readonly length: LineLength;
  /** A theme, traditional script, or empty. */
  readonly title: string;
  /** All characters and marks of the poem, punctuation included; the end follows the last. */
  readonly slots: readonly Slot[];
  readonly meter: Meter;
  /**
   * The patterns still open to the poem; the choice among them is the model's. With meter `none` there is one
   * pattern without tones where a rhyme was asked for, and none otherwise.
   */
  readonly patterns: readonly Pattern[];
  /** The 平水韻 groups still open to the rhyme; empty where the poem need not rhyme. */
  readonly rhymes: readonly string[];
}
