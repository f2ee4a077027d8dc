/** The command definitions that are registered with Discord: names, descriptions and choices in every language. */

import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type LocalizationMap,
  PermissionFlagsBits,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';
import { type Command, type Option, optionsOf } from '../command.ts';
import { COMMANDS } from '../command-list.ts';
import { DEFAULT_LOCALE, LOCALES, texts } from '../locale.ts';
import type { Texts } from '../locales/texts.ts';
import type { OptionName } from '../names.ts';

export type Definition = RESTPostAPIChatInputApplicationCommandsJSONBody;

export function definitions(): Definition[] {
  return COMMANDS.filter(({ terminalOnly }) => !terminalOnly).map(definitionOf);
}

/**
 * Discord shows an owners-only command to administrators only. That merely hides it from users who cannot use it:
 * administrators can show it to others, and the handler checks for an owner when the command is used.
 */
function definitionOf(command: Command): Definition {
  const { GuildInstall, UserInstall } = ApplicationIntegrationType;
  const { Guild, BotDM, PrivateChannel } = InteractionContextType;
  return {
    type: ApplicationCommandType.ChatInput,
    ...named((words) => words.commands[command.name]),
    options: optionsOf(command)
      .filter(([, option]) => option.kind !== 'boolean')
      .map(([name, option]) => optionOf(name, option)),
    default_member_permissions: command.ownersOnly ? PermissionFlagsBits.Administrator.toString() : null,
    integration_types: command.ownersOnly ? [GuildInstall] : [GuildInstall, UserInstall],
    contexts: command.ownersOnly ? [Guild] : [Guild, BotDM, PrivateChannel],
    nsfw: false,
  };
}

function optionOf(name: OptionName, option: Option): APIApplicationCommandBasicOption {
  const common = named((words) => words.options[name]);
  switch (option.kind) {
    case 'text':
      return {
        ...common,
        type: ApplicationCommandOptionType.String,
        required: option.required ?? false,
        autocomplete: option.suggest !== undefined,
        ...(option.minLength === undefined ? {} : { min_length: option.minLength }),
        ...(option.maxLength === undefined ? {} : { max_length: option.maxLength }),
      };
    case 'integer':
      return {
        ...common,
        type: ApplicationCommandOptionType.Integer,
        required: false,
        autocomplete: false,
        min_value: option.min,
        max_value: option.max,
      };
    case 'boolean':
    case 'picture':
      return { ...common, type: ApplicationCommandOptionType.Boolean, required: false };
    case 'choice': {
      const choices = option.choices.map(({ value }) => {
        const label = (words: Texts) => labelOf(words, name, value);
        return { name: label(texts(DEFAULT_LOCALE)), name_localizations: localized(label), value };
      });
      const strings = choices.filter(
        (choice): choice is typeof choice & { value: string } => typeof choice.value === 'string',
      );
      const numbers = choices.filter(
        (choice): choice is typeof choice & { value: number } => typeof choice.value === 'number',
      );
      return numbers.length > 0
        ? { ...common, type: ApplicationCommandOptionType.Integer, required: false, choices: numbers }
        : { ...common, type: ApplicationCommandOptionType.String, required: false, choices: strings };
    }
  }
}

function labelOf(words: Texts, option: OptionName, value: string | number): string {
  const labels: Readonly<Record<string, Readonly<Record<string, string>>>> = words.choices;
  return labels[option]?.[value] ?? String(value);
}

function named(pick: (words: Texts) => { readonly name: string; readonly description: string }) {
  return {
    name: pick(texts(DEFAULT_LOCALE)).name,
    name_localizations: localized((words) => pick(words).name),
    description: pick(texts(DEFAULT_LOCALE)).description,
    description_localizations: localized((words) => pick(words).description),
  };
}

/** The texts of every locale except the default one. */
function localized(pick: (words: Texts) => string): LocalizationMap {
  return Object.fromEntries(
    LOCALES.filter((locale) => locale !== DEFAULT_LOCALE).map((locale) => [locale, pick(texts(locale))]),
  );
}
