/**
 * The type of a command. A command is written once and runs both in the terminal and on Discord: its options are
 * data, and `prepare` says what it does. The names of commands and options in each language are in locales/.
 */

import type { CardStudio } from '../card/studio.ts';
import type { Script } from '../poetry/request.ts';
import type { Asker, Inference, WriteOptions } from '../service/inference.ts';
import type { Answer } from './answer.ts';
import type { DailyKey, DailyStore } from './daily/daily-store.ts';
import type { Desk } from './desk.ts';
import type { Favourites } from './favourites.ts';
import type { Locale } from './locale.ts';
import { type CommandName, isOptionName, type OptionName } from './names.ts';
import type { PostPermission } from './post-permission.ts';

/** Free text. The lengths are in characters. Discord enforces them; the command must check them as well. */
export interface TextOption {
  readonly kind: 'text';
  readonly required?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** In the terminal the option takes the whole line after the command, with its spaces and colons. */
  readonly takesLine?: boolean;
  /** Completions of the text typed so far, best first. */
  suggest?(typed: string, context: SuggestionContext): Promise<readonly Suggestion[]>;
}

/** One of a few values. `also` lists other spellings, in simplified script or pinyin. */
export interface ChoiceOption<Value extends string | number = string | number> {
  readonly kind: 'choice';
  readonly choices: readonly { readonly value: Value; readonly also: readonly string[] }[];
}

/** A whole number from `min` to `max`. */
export interface IntegerOption {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
}

/** Yes or no. Only the terminal offers it; on Discord a button under the poem does the same. */
export interface BooleanOption {
  readonly kind: 'boolean';
}

/**
 * Asks for a picture. On Discord it is yes or no. In the terminal it may also be the name of the file to write, which
 * ends in .png.
 */
export interface PictureOption {
  readonly kind: 'picture';
}

/** A text channel of the server, by its id. Only Discord has some. */
export interface ChannelOption {
  readonly kind: 'channel';
  readonly required?: boolean;
}

export type Option =
  | TextOption
  | ChoiceOption
  | IntegerOption
  | BooleanOption
  | PictureOption
  | ChannelOption;
export type OptionValue = string | number | boolean;
export type Options = { readonly [name in OptionName]?: Option };

type ValueOf<O> =
  O extends ChoiceOption<infer Value>
    ? Value
    : O extends TextOption | ChannelOption
      ? string
      : O extends IntegerOption
        ? number
        : O extends PictureOption
          ? string | boolean
          : boolean;

/** The values of a command's options. A value that was not given is undefined. */
export type Values<O extends Options> = { readonly [name in keyof O]: ValueOf<O[name]> | undefined };

export interface Suggestion {
  /** The text that the user sees. */
  readonly label: string;
  readonly value: string;
}

export interface SuggestionContext {
  readonly inference: Inference;
  readonly asker: Asker;
  readonly locale: Locale;
}

/** The server where a command is used. */
export interface Server extends DailyKey {
  /** What the bot lacks to post in a channel. Null if this process does not know the channel. */
  missingToPost(channel: string): readonly PostPermission[] | null;
}

/** Who runs a command, on which platform, and the services that the command may use. */
export interface CommandContext extends SuggestionContext {
  /** The script to show poems in if the user chose none. */
  readonly script: Script;
  readonly platform: 'terminal' | 'discord';
  /** Null if nothing can be stored. */
  readonly daily: DailyStore | null;
  /** Null in the terminal and in direct messages. */
  readonly server: Server | null;
  readonly studio: Pick<CardStudio, 'paint'>;
  /** Null if nothing can be stored. */
  readonly favourites: Favourites | null;
  /** What the terminal's user has before them. Null on Discord, where messages hold it. */
  readonly desk: Desk | null;
  /** Draws a fresh seed, for a request without one. */
  drawSeed(): number;
}

/** The part of a command that takes time. */
export type CommandTask = (options: WriteOptions) => Promise<Answer>;

export interface CommandOf<O extends Options> {
  readonly name: CommandName;
  /** In display order, required options first. In the terminal the first option may be given without its name. */
  readonly options: O;
  /** The command affects every server. Only owners may use it, and Discord offers it in servers only. */
  readonly ownersOnly?: boolean;
  /** Only the terminal has the command; on Discord components under a message do the same. */
  readonly terminalOnly?: boolean;
  /** The command writes a poem, which the service counts for its asker. */
  readonly writes?: boolean;
  /** The command changes a server. Discord offers it in servers only, to whoever may manage the server. */
  readonly managersOnly?: boolean;
  /** Only the user who asked sees the answer. */
  readonly ephemeral?: boolean;
  /**
   * Checks everything that can be checked without the engine, and returns the task that is left to do. Throws
   * `Refusal` or `UserError`.
   */
  prepare(values: Values<O>, context: CommandContext): CommandTask;
}

export interface Command extends CommandOf<Options> {}

/** Infers the types of the values that `prepare` receives from the options declared beside it. */
export function defineCommand<const O extends Options>(command: CommandOf<O>): CommandOf<O> {
  return command;
}

/** The options of a command with their names, in display order. */
export function optionsOf(command: Command): readonly (readonly [OptionName, Option])[] {
  const entries: [OptionName, Option][] = [];
  for (const [name, option] of Object.entries(command.options)) {
    if (isOptionName(name) && option) entries.push([name, option]);
  }
  return entries;
}
