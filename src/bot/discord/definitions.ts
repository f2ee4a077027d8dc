/** The command definitions that are registered with Discord: names, descriptions and choices in every language. */

import {
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  ChannelType,
  InteractionContextType,
  type LocalizationMap,
  PermissionFlagsBits,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';
import { type Command, type Option, optionsOf } from '../command.ts';
import { COMMANDS } from '../command-list.ts';
import { DEFAULT_LOCALE, LOCALES, texts } from '../locale.ts';
import type { Texts } from '../locales/texts.ts';
import { type GroupName, groupOf, type OptionName } from '../names.ts';

export type Definition = RESTPostAPIChatInputApplicationCommandsJSONBody;

export function definitions(): Definition[] {
  const defined = new Map<string, Definition>();
  for (const command of COMMANDS.filter(({ terminalOnly }) => !terminalOnly)) {
    const group = groupOf(command.name)?.group;
    const name = group ?? command.name;
    if (!defined.has(name)) defined.set(name, group ? groupDefinition(group) : definitionOf(command));
  }
  return [...defined.values()];
}

/** The commands of a group, as the subcommands of one command. */
function groupDefinition(group: GroupName): Definition {
  const parts = COMMANDS.filter(({ name }) => groupOf(name)?.group === group);
  const [first] = parts;
  if (!first) throw new Error(`the group ${group} has no commands`);
  return {
    ...definitionOf(first),
    ...named((words) => words.groups[group]),
    options: parts.map((command) => ({
      ...named((words) => words.commands[command.name]),
      type: ApplicationCommandOptionType.Subcommand,
      options: optionsIn(command),
    })),
  };
}

function optionsIn(command: Command): APIApplicationCommandBasicOption[] {
  return optionsOf(command)
    .filter(([, option]) => option.kind !== 'boolean')
    .map(([name, option]) => optionOf(name, option));
}

/**
 * Discord shows an owners-only command to administrators only. That merely hides it from users who cannot use it:
 * administrators can show it to others, and the handler checks for an owner when the command is used. A managers-only
 * command changes one server, whose administrators decide who may use it.
 */
function definitionOf(command: Command): Definition {
  const { GuildInstall, UserInstall } = ApplicationIntegrationType;
  const { Guild, BotDM, PrivateChannel } = InteractionContextType;
  const inServers = command.ownersOnly || command.managersOnly;
  return {
    type: ApplicationCommandType.ChatInput,
    ...named((words) => words.commands[command.name]),
    options: optionsIn(command),
    default_member_permissions: command.ownersOnly
      ? PermissionFlagsBits.Administrator.toString()
      : command.managersOnly
        ? PermissionFlagsBits.ManageGuild.toString()
        : null,
    integration_types: inServers ? [GuildInstall] : [GuildInstall, UserInstall],
    contexts: inServers ? [Guild] : [Guild, BotDM, PrivateChannel],
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
    case 'channel':
      return {
        ...common,
        type: ApplicationCommandOptionType.Channel,
        required: option.required ?? false,
        channel_types: [ChannelType.GuildText, ChannelType.GuildAnnouncement],
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
