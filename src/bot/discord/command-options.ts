/** The command that an interaction means, and the values of its options. */

import {
  type APIApplicationCommandInteractionDataBasicOption,
  type APIApplicationCommandInteractionDataOption,
  ApplicationCommandOptionType,
  type InteractionType,
} from 'discord.js';
import { type Command, type OptionValue, optionsOf } from '../command.ts';
import { COMMANDS } from '../command-list.ts';
import { readValue } from '../option-values.ts';

type Kind = InteractionType.ApplicationCommand | InteractionType.ApplicationCommandAutocomplete;

interface Used<Type extends Kind> {
  readonly name: string;
  readonly options?: readonly APIApplicationCommandInteractionDataOption<Type>[] | undefined;
}

interface Meant<Type extends Kind> {
  /** As users know it, with its subcommand: `daily set`. */
  readonly name: string;
  /** Undefined if this code has no such command. */
  readonly command: Command | undefined;
  readonly given: readonly APIApplicationCommandInteractionDataBasicOption<Type>[];
}

export function commandMeant<Type extends Kind>({ name, options = [] }: Used<Type>): Meant<Type> {
  const given: APIApplicationCommandInteractionDataBasicOption<Type>[] = [];
  for (const option of options) {
    if (option.type === ApplicationCommandOptionType.Subcommand) {
      return meant(`${name} ${option.name}`, option.options ?? []);
    }
    if (option.type !== ApplicationCommandOptionType.SubcommandGroup) given.push(option);
  }
  return meant(name, given);
}

function meant<Type extends Kind>(name: string, given: Meant<Type>['given']): Meant<Type> {
  return { name, command: COMMANDS.find((known) => known.name === name), given };
}

/**
 * The values of the command's options, by name. Discord checks values before it sends them, but against the commands
 * as they were registered, which may be older than this code. So they are checked again. Throws `UserError`.
 */
export function optionValues(
  command: Command,
  given: readonly APIApplicationCommandInteractionDataBasicOption<InteractionType.ApplicationCommand>[],
): Record<string, OptionValue> {
  const values: Record<string, OptionValue> = {};
  for (const [name, option] of optionsOf(command)) {
    const found = given.find((one) => one.name === name);
    if (found) values[name] = readValue(name, option, String(found.value));
  }
  return values;
}
