/** What a command answers: plain data that both fronts, the terminal and Discord, know how to show. */

import type { VersePlan } from '../poetry/plan.ts';
import type { Mood, Script, VerseRequest } from '../poetry/request.ts';
import type { GeneratedPoem } from '../service/inference.ts';

/** All it takes to ask for a poem again. */
export interface VerseAsk {
  readonly request: VerseRequest;
  readonly mood: Mood;
  /** Unsigned 32-bit integer. */
  readonly seed: number;
  /** Null where the asker left it to their locale. */
  readonly script: Script | null;
}

export interface Poem {
  readonly ask: VerseAsk;
  readonly plan: VersePlan;
  /** The verse lines in traditional script, each with the mark that ends it. */
  readonly lines: readonly string[];
  /** The script to show it in. */
  readonly script: Script;
  readonly written: GeneratedPoem;
}

/** A line of a page: `term` is what it is about, `text` what there is to say, `items` what belongs under it. */
export interface Entry {
  readonly term?: string;
  readonly text: string;
  readonly items?: readonly Entry[];
}

export type Answer =
  /** With the lines of its 格律 report, where that was asked for. */
  | { readonly kind: 'poem'; readonly poem: Poem; readonly report: readonly string[] }
  /** One sentence. */
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'page'; readonly title: string; readonly entries: readonly Entry[] };
