/** The option values of a command interaction. */

import { type APIChatInputApplicationCommandInteractionData, ApplicationCommandOptionType } from 'discord.js';
import { type Command, type OptionValue, optionsOf } from '../command.ts';
import { readValue } from '../option-values.ts';

/**
 * The values of the command's options, by name. Discord checks values before it sends them, but against the commands
 * as they were registered, which may be older than this code. So they are checked again. Throws `UserError`.
 */
export function optionValues(
  command: Command,
  given: NonNullable<APIChatInputApplicationCommandInteractionData['options']>,
): Record<string, OptionValue> {
  const values: Record<string, OptionValue> = {};
  for (const [name, option] of optionsOf(command)) {
    const found = given.find((one) => one.name === name);
    if (found && found.type !== ApplicationCommandOptionType.Subcommand && 'value' in found) {
      values[name] = readValue(name, option, String(found.value));
    }
  }
  return values;
}
