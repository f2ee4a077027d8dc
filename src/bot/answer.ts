/**
 * What a command answers, as plain data. The terminal (terminal/terminal.ts) and Discord (discord/message.ts) each
 * turn it into text.
 */

import type { CardStyle } from '../card/card.ts';
import type { VersePlan } from '../poetry/plan.ts';
import type { Mood, Script, VerseRequest } from '../poetry/request.ts';
import type { GeneratedPoem } from '../service/inference.ts';

import type { KeptAt } from './favourites.ts';

/** Everything that is needed to write the same poem again. */
export interface PoemSpec {
  readonly request: VerseRequest;
  readonly mood: Mood;
  /** Unsigned 32-bit integer. */
  readonly seed: number;
  /** Null if the user chose no script: then the script of the user's locale. */
  readonly script: Script | null;
}

/** A generated poem, and how to show it. */
export interface ShownPoem {
  readonly spec: PoemSpec;
  readonly plan: VersePlan;
  /** The verse lines in traditional script, each with the mark that ends it. */
  readonly lines: readonly string[];
  /** The script to show the poem in. */
  readonly script: Script;
  readonly written: GeneratedPoem;
}

/** A line of a page: `term` names the subject, `text` says something about it, `items` are indented below. */
export interface Entry {
  readonly term?: string;
  readonly text: string;
  readonly items?: readonly Entry[];
}

/** A picture card of a poem. */
export interface Picture {
  readonly png: Uint8Array;
  /** The poem, for people who cannot see the picture. */
  readonly alt: string;
  /** The name of the file to write in the terminal; null for a name from the poem's seed. */
  readonly file: string | null;
}

/** What a couplet is written to. */
export interface CoupletSpec {
  /** The first line as it was typed, with the marks within it. */
  readonly first: string;
  readonly mood: Mood;
  /** Unsigned 32-bit integer. */
  readonly seed: number;
  /** Null if the user chose no script. */
  readonly script: Script | null;
}

/** A poem as a message shows it. It may no longer be the one that its spec gives. */
export interface PoemText {
  readonly spec: PoemSpec;
  /** What stands above the poem and below it. */
  readonly heading: string;
  readonly footer: string;
  /** The verse lines with their marks, in the script that is shown. */
  readonly lines: readonly string[];
  /** The indices of the lines that may be replaced. */
  readonly mendable: readonly number[];
}

/** A line that may take the place of another. */
export interface OfferedLine {
  /** All characters of the poem with it, in traditional script: one string for each slot of its plan. */
  readonly characters: readonly string[];
  /** The line as it is shown, without its mark. */
  readonly shown: string;
}

export type Answer =
  /** `report` has the lines of the 格律 report; it is empty if none was requested. */
  | {
      readonly kind: 'poem';
      readonly poem: ShownPoem;
      readonly report: readonly string[];
      readonly picture?: Picture;
      /** What went wrong with the picture, if something did. */
      readonly notice?: string;
      /** A line above the poem. */
      readonly heading?: string;
    }
  /** A picture card alone, with the poem that it shows. */
  | { readonly kind: 'card'; readonly spec: PoemSpec; readonly style: CardStyle; readonly picture: Picture }
  /** A poem that the user has kept. */
  | { readonly kind: 'favourite'; readonly kept: KeptAt }
  /** Lines to choose from, in place of the line with the index `line`. */
  | {
      readonly kind: 'mend';
      readonly poem: PoemText;
      readonly line: number;
      readonly offered: readonly OfferedLine[];
    }
  /** A poem in which a line was replaced, or was left as it is. */
  | { readonly kind: 'mended'; readonly poem: PoemText; readonly picture?: Picture }
  /** Second lines to choose from, without their marks, and what is to be said about the first one. */
  | {
      readonly kind: 'couplet';
      readonly spec: CoupletSpec;
      readonly first: string;
      readonly seconds: readonly string[];
      readonly remarks: readonly string[];
      readonly picture?: Picture;
    }
  /** A couplet whose second line is chosen. */
  | {
      readonly kind: 'chosen-couplet';
      readonly spec: CoupletSpec;
      readonly first: string;
      readonly second: string;
      readonly picture?: Picture;
    }
  /** One sentence. */
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'page'; readonly title: string; readonly entries: readonly Entry[] };
