/** The request for a poem, as plain data. Discord, the terminal and the tests use the same requests. */

import type { FormName, LineLength } from './form.ts';

/** How strictly a poem follows the regulated tone patterns. */
export const METERS = ['strict', 'loose', 'none'] as const;
export type Meter = (typeof METERS)[number];

/** How random the choice of characters is, from calm to wild. `greedy` always takes the most likely character. */
export const MOODS = ['calm', 'free', 'wild', 'greedy'] as const;
export type Mood = (typeof MOODS)[number];

export const SCRIPTS = ['simplified', 'traditional'] as const;
export type Script = (typeof SCRIPTS)[number];

interface MeterAndRhyme {
  readonly meter: Meter;
  /** A 平水韻 group by its traditional name (東, 支, …), or `auto`. */
  readonly rhyme: string;
}

export interface PoemRequest extends MeterAndRhyme {
  readonly kind: 'poem';
  /** The first one to eight characters of the poem, in either script. May be empty only if there is a title. */
  readonly opening: string;
  readonly form: FormName;
  /** The theme of the poem, or empty. */
  readonly title: string;
}

export interface AcrosticRequest extends MeterAndRhyme {
  readonly kind: 'acrostic';
  /** Two to sixteen characters in either script: the first character of each line. */
  readonly heads: string;
  readonly length: LineLength;
  /** The theme of the poem, or empty. */
  readonly title: string;
}

export type VerseRequest = PoemRequest | AcrosticRequest;

/** The reasons for a refusal. The comments name the values that come with each. */
export type RefusalCode =
  | 'opening-empty' // there is neither an opening nor a title
  | 'opening-too-long' // count, limit
  | 'heads-too-few' // count, limit
  | 'heads-too-many' // count, limit
  | 'title-too-long' // count, limit
  | 'mark-place' // character: a mark in an opening that is at no line's end; length: of a line
  | 'not-hanzi' // character: the first one that is not a hanzi, safe to show
  | 'check-empty' // there is no hanzi in the text
  | 'check-shape' // lengths: of the lines, in hanzi
  | 'couplet-empty' // the first line has no hanzi
  | 'couplet-too-long' // count, limit
  | 'rhyme-unknown'; // rhyme: the name in the request, safe to show

/** A request that cannot be carried out. The code and the values say why; the bot puts them into the user's language. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: RefusalCode,
    readonly values: Readonly<Record<string, string | number>> = {},
  ) {
    super(`${code} ${JSON.stringify(values)}`);
  }
}
