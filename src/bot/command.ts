/**
 * A command, written once for the terminal and for Discord: its options as data, and what it does. What it is
 * called in each language stands in the locales.
 */

import type { Script } from '../poetry/request.ts';
import type { Asker, Inference, WriteOptions } from '../service/inference.ts';
import type { Answer } from './answer.ts';
import type { Locale } from './locale.ts';
import type { CommandName, OptionName } from './names.ts';

/** Free text. Lengths are in characters, and only what Discord may enforce: the command itself checks. */
export interface TextOption {
  readonly kind: 'text';
  readonly required?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Completions of what is typed so far, best first. */
  suggest?(typed: string, context: SuggestionContext): Promise<readonly Suggestion[]>;
}

/** One of a few values; `also` are further ways to write it, in either script or pinyin. */
export interface ChoiceOption<Value extends string | number = string | number> {
  readonly kind: 'choice';
  readonly choices: readonly { readonly value: Value; readonly also: readonly string[] }[];
}

/** A whole number. */
export interface WholeOption {
  readonly kind: 'whole';
  readonly min: number;
  readonly max: number;
}

/** Yes or no. Only the terminal has it: in Discord a button does the same later. */
export interface SwitchOption {
  readonly kind: 'switch';
}

export type Option = TextOption | ChoiceOption | WholeOption | SwitchOption;
export type OptionValue = string | number | boolean;
export type Options = { readonly [name in OptionName]?: Option };

type ValueOf<O> =
  O extends ChoiceOption<infer Value>
    ? Value
    : O extends TextOption
      ? string
      : O extends WholeOption
        ? number
        : boolean;

/** The values of a command's options; what was not given is undefined. */
export type Values<O extends Options> = { readonly [name in keyof O]: ValueOf<O[name]> | undefined };

export interface Suggestion {
  /** What the person sees. */
  readonly label: string;
  readonly value: string;
}

export interface SuggestionContext {
  readonly inference: Inference;
  readonly asker: Asker;
  readonly locale: Locale;
}

/** Who asks, where, and with what at hand. */
export interface CommandContext extends SuggestionContext {
  /** The script where none is asked for. */
  readonly script: Script;
  readonly front: 'terminal' | 'discord';
  /** A fresh seed, for those who gave none. */
  drawSeed(): number;
}

/** The part of a command that takes time. */
export type Work = (options: WriteOptions) => Promise<Answer>;

export interface CommandOf<O extends Options> {
  readonly name: CommandName;
  /** In the order in which they are shown; the first may stand bare in the terminal. Required ones come first. */
  readonly options: O;
  /** Concerns every server: for owners only, and only from within a server. */
  readonly ownersOnly?: boolean;
  /** The answer is for the asker alone. */
  readonly discreet?: boolean;
  /**
   * Checks all that can be checked without the engine, and returns what is left to do. Throws `Refusal` or
   * {@link Complaint}.
   */
  prepare(values: Values<O>, context: CommandContext): Work;
}

export interface Command extends CommandOf<Options> {}

/** Types the values that `prepare` receives by the options declared beside it. */
export function defineCommand<const O extends Options>(command: CommandOf<O>): CommandOf<O> {
  return command;
}
