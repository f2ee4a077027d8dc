/** What somebody asks for: plain data, the same from Discord, from the terminal, and in a test. */

import type { FormName, LineLength } from './form.ts';

/** How far a poem keeps to the regulated tone patterns. */
export const METERS = ['strict', 'loose', 'none'] as const;
export type Meter = (typeof METERS)[number];

/** How daring the choice of characters is. `greedy` always takes the likeliest, as the first student programs did. */
export const MOODS = ['calm', 'free', 'wild', 'greedy'] as const;
export type Mood = (typeof MOODS)[number];

export const SCRIPTS = ['simplified', 'traditional'] as const;
export type Script = (typeof SCRIPTS)[number];

interface Wishes {
  readonly meter: Meter;
  /** A 平水韻 group by its traditional name (東, 支, …), or `auto`. */
  readonly rhyme: string;
}

export interface PoemRequest extends Wishes {
  readonly kind: 'poem';
  /** One to eight characters that begin the poem; may be empty only where a title is given. Either script. */
  readonly opening: string;
  readonly form: FormName;
  /** A theme to write on, or empty. */
  readonly title: string;
}

export interface AcrosticRequest extends Wishes {
  readonly kind: 'acrostic';
  /** Two to sixteen characters, one for the start of each line. Either script. */
  readonly heads: string;
  readonly length: LineLength;
}

export type VerseRequest = PoemRequest | AcrosticRequest;

/** Why a request is refused, each with the values that come with it. */
export type RefusalCode =
  | 'opening-empty' // neither opening nor title
  | 'opening-too-long' // count, limit
  | 'heads-too-few' // count, limit
  | 'heads-too-many' // count, limit
  | 'title-too-long' // count, limit
  | 'not-hanzi' // character: the first that is none, fit to be shown
  | 'rhyme-unknown'; // rhyme: what was named, fit to be shown

/**
 * A request that cannot be carried out as it stands. The code and values say why; the words are the bot's, in
 * the asker's language.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: RefusalCode,
    readonly values: Readonly<Record<string, string | number>> = {},
  ) {
    super(`${code} ${JSON.stringify(values)}`);
  }
}
