/**
 * The type of a locale's texts. Every locale has every text. A test checks that each sentence has the same `{name}`
 * placeholders in every locale.
 */

import type { CardLayout, CardPaper } from '../../card/card.ts';
import type { FormName } from '../../poetry/form.ts';
import type { Meter, Mood, RefusalCode, Script } from '../../poetry/request.ts';
import type { UnavailableCode } from '../../service/inference.ts';
import type { SpecialDay } from '../daily/calendar.ts';
import type { CommandName, GroupName, OptionName } from '../names.ts';
import type { PostPermission } from '../post-permission.ts';

/** Discord's limits: a name has 1 to 32 lower-case letters and no spaces; a description has 1 to 100 characters. */
export interface Named {
  readonly name: string;
  readonly description: string;
}

/** Sentences that only the bot uses. `SentenceKey` adds those for errors of poetry and service. */
type OwnSentence =
  // the terminal
  | 'terminal-hint'
  // options
  | 'command-unknown'
  | 'command-slash'
  | 'option-unknown'
  | 'option-none'
  | 'option-twice'
  | 'option-empty'
  | 'option-missing'
  | 'option-bare'
  | 'option-equals'
  | 'choice-unknown'
  | 'integer-unknown'
  | 'boolean-unknown'
  | 'picture-unknown'
  | 'rhyme-ambiguous'
  // reload
  | 'reloaded'
  | 'checkpoint-name'
  | 'checkpoint-refused'
  | 'owners-only'
  // answering
  | 'retry-in'
  | 'waiting'
  | 'waiting-untimed'
  | 'waiting-held'
  | 'waiting-held-untimed'
  | 'fault'
  | 'button-stale'
  | 'report-none'
  | 'long-text'
  // cards
  | 'card-busy'
  | 'card-failed'
  | 'card-saved'
  | 'card-not-saved'
  // a poem a day
  | 'forgotten-daily'
  | 'command-part'
  | 'channel-unknown'
  | 'daily-terminal'
  | 'daily-server-only'
  | 'daily-storage-none'
  | 'daily-time'
  | 'daily-zone'
  | 'daily-missing'
  | 'daily-set'
  | 'daily-off'
  | 'daily-none'
  | 'daily-header'
  | 'daily-refused'
  | 'daily-has-stopped'
  | 'daily-untold'
  | 'daily-refused-message'
  | 'daily-stopped-message'
  // what is stored
  | 'storage-none'
  | 'kept'
  | 'favourites-empty'
  | 'favourites-full'
  | 'privacy'
  | 'privacy-nothing'
  | 'forgotten'
  // couplets
  | 'couplet-short'
  | 'couplet-level'
  | 'couplet-unmatched'
  | 'couplet-none'
  // mending
  | 'mend-which'
  | 'mend-pick'
  | 'mend-keep'
  | 'mend-none'
  | 'mend-no-line'
  | 'mend-given'
  | 'mend-not-offered'
  | 'mend-hint'
  | 'footer-mended'
  // about
  | 'about-network'
  | 'about-corpus'
  | 'about-held-out'
  | 'about-engine'
  | 'about-days'
  // the report
  | 'report-pattern'
  | 'report-rhyme-group'
  | 'report-no-rhyme'
  | 'report-old-style'
  | 'report-fits'
  | 'report-nearest'
  | 'report-tone'
  | 'report-rhyme'
  | 'report-unknown'
  | 'report-opposition'
  | 'report-adhesion'
  | 'report-rescued'
  | 'report-neighbour'
  // under a poem
  | 'footer-seed'
  | 'footer-acrostic'
  | 'never-met';

export type SentenceKey = OwnSentence | RefusalCode | UnavailableCode;

export interface Texts {
  readonly commands: { readonly [name in CommandName]: Named };
  readonly options: { readonly [name in OptionName]: Named };
  readonly choices: {
    readonly form: { readonly [name in FormName]: string };
    readonly length: { readonly 5: string; readonly 7: string };
    readonly meter: { readonly [name in Meter]: string };
    readonly mood: { readonly [name in Mood]: string };
    readonly script: { readonly [name in Script]: string };
    readonly layout: { readonly [name in CardLayout]: string };
    readonly paper: { readonly [name in CardPaper]: string };
  };
  readonly buttons: {
    readonly again: string;
    readonly form: string;
    readonly report: string;
    readonly card: string;
    readonly keep: string;
  };
  /** Under a kept poem. */
  readonly remove: string;
  readonly sentences: { readonly [key in SentenceKey]: string };
  /** Lines and labels of /about. */
  readonly about: {
    readonly title: string;
    readonly checkpoint: string;
    readonly network: string;
    readonly heldOut: string;
    readonly unmeasured: string;
    readonly corpus: string;
    readonly engine: string;
    readonly uptime: string;
    readonly poems: string;
  };
  readonly help: {
    readonly title: string;
    readonly intro: string;
    readonly examples: string;
  };
  readonly report: { readonly title: string };
  readonly groups: { readonly [name in GroupName]: Named };
  /** As Discord's clients name them. */
  readonly permissions: { readonly [name in PostPermission]: string };
  /** Lines and labels of /daily show. */
  readonly daily: {
    readonly title: string;
    readonly channel: string;
    readonly time: string;
    readonly next: string;
    readonly form: string;
    readonly theme: string;
    /** The theme of a server that has none of its own. */
    readonly seasons: string;
    readonly setter: string;
  };
  readonly days: { readonly [day in SpecialDay]: string };
}
