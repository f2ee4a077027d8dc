/**
 * Checks an application's commands as Discord does, by its documentation:
 * https://discord.com/developers/docs/interactions/application-commands
 */

import { invalidForm } from './api-error.ts';

export interface RegisteredOption {
  readonly type: number;
  readonly name: string;
  readonly name_localizations?: Record<string, string> | null;
  readonly description: string;
  readonly description_localizations?: Record<string, string> | null;
  readonly required?: boolean;
  readonly autocomplete?: boolean;
  readonly choices?: readonly {
    readonly name: string;
    readonly name_localizations?: Record<string, string> | null;
    readonly value: string | number;
  }[];
  readonly min_length?: number;
  readonly max_length?: number;
  readonly min_value?: number;
  readonly max_value?: number;
  /** Of a channel. */
  readonly channel_types?: readonly number[];
  /** Of a subcommand. */
  readonly options?: readonly RegisteredOption[];
}

export interface RegisteredCommand {
  readonly id: string;
  readonly name: string;
  readonly name_localizations?: Record<string, string> | null;
  readonly description: string;
  readonly description_localizations?: Record<string, string> | null;
  readonly options?: readonly RegisteredOption[];
  readonly default_member_permissions?: string | null;
  readonly integration_types?: readonly number[];
  readonly contexts?: readonly number[] | null;
  readonly nsfw?: boolean;
}

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;
const DISCORD_LOCALES = new Set(
  (
    'id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi th ' +
    'zh-CN ja zh-TW ko'
  ).split(' '),
);
/** The most characters in the names, descriptions and values of a command together. */
const MAX_SIZE = 8000;

/** Throws the API's error for the first thing that Discord would refuse. */
export function checkCommands(commands: readonly RegisteredCommand[]): void {
  const list: unknown = commands;
  if (!Array.isArray(list)) throw invalidForm('_', 'BASE_TYPE_BAD_LIST', 'Must be a list');
  if (commands.length > 100) throw invalidForm('_', 'APPLICATION_COMMAND_TOO_MANY', 'At most 100 commands');
  unique(commands, (command) => command.name, 'APPLICATION_COMMANDS_DUPLICATE_NAME');
  for (const [at, command] of commands.entries()) {
    checkNamed(command, `${at}`);
    checkOptions(command.options ?? [], `${at}.options`);
    if (sizeOf(command) > MAX_SIZE) {
      throw invalidForm(`${at}`, 'APPLICATION_COMMAND_TOO_LARGE', `Larger than ${MAX_SIZE} characters`);
    }
  }
}

const SUBCOMMAND = 1;
const CHANNEL = 7;

function checkOptions(options: readonly RegisteredOption[], path: string): void {
  if (options.length > 25) throw invalidForm(path, 'BASE_TYPE_MAX_LENGTH', 'At most 25 options');
  unique(options, (option) => option.name, 'APPLICATION_COMMAND_OPTIONS_NAME_INVALID');
  for (const locale of DISCORD_LOCALES) {
    unique(
      options,
      (option) => option.name_localizations?.[locale] ?? option.name,
      'APPLICATION_COMMAND_OPTIONS_NAME_INVALID',
    );
  }
  // A command has either subcommands or options of its own.
  const subcommands = options.filter(({ type }) => type === SUBCOMMAND);
  if (subcommands.length > 0 && subcommands.length < options.length) {
    throw invalidForm(path, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'Subcommands stand alone');
  }
  let optional = false;
  for (const [index, option] of options.entries()) {
    const inner = `${path}.${index}`;
    if (option.required && optional) {
      throw invalidForm(inner, 'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID', 'Required options come first');
    }
    optional ||= option.required !== true;
    if (option.type === SUBCOMMAND) {
      checkNamed(option, inner);
      if (option.options?.some(({ type }) => type === SUBCOMMAND)) {
        throw invalidForm(inner, 'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'No subcommands in it');
      }
      checkOptions(option.options ?? [], `${inner}.options`);
    } else {
      checkOption(option, inner);
    }
  }
}

function checkOption(option: RegisteredOption, path: string): void {
  checkNamed(option, path);
  if (option.options !== undefined)
    throw invalidForm(path, 'BASE_TYPE_UNEXPECTED', 'Options are for subcommands');
  if (option.channel_types !== undefined && option.type !== CHANNEL) {
    throw invalidForm(path, 'BASE_TYPE_UNEXPECTED', 'Channel types are for channels');
  }
  if (![3, 4, 5, 6, 7, 8, 9, 10, 11].includes(option.type)) {
    throw invalidForm(`${path}.type`, 'BASE_TYPE_CHOICES', 'No such type');
  }
  const choices = option.choices ?? [];
  if (choices.length > 25) throw invalidForm(`${path}.choices`, 'BASE_TYPE_MAX_LENGTH', 'At most 25 choices');
  if (option.autocomplete && choices.length > 0) {
    throw invalidForm(
      `${path}.choices`,
      'APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE',
      'Choices or autocomplete',
    );
  }
  for (const { name, name_localizations, value } of choices) {
    for (const label of [name, ...Object.values(name_localizations ?? {})]) {
      lengthWithin(label, 1, 100, `${path}.choices`);
    }
    const right = option.type === 3 ? typeof value === 'string' : typeof value === 'number';
    if (!right) throw invalidForm(`${path}.choices`, 'BASE_TYPE_BAD_TYPE', 'Of another type');
    if (typeof value === 'string') lengthWithin(value, 1, 100, `${path}.choices`);
  }
  if (option.type === 3) {
    const { min_length: min = 0, max_length: max = 6000 } = option;
    if (min < 0 || max < 1 || max > 6000 || min > max) {
      throw invalidForm(`${path}.max_length`, 'NUMBER_TYPE_MAX', 'Lengths from 0 to 6000');
    }
  } else if (option.min_length !== undefined || option.max_length !== undefined) {
    throw invalidForm(path, 'BASE_TYPE_UNEXPECTED', 'Lengths are for text');
  }
}

function checkNamed(thing: RegisteredCommand | RegisteredOption, path: string): void {
  for (const [locale, name] of [['en-US', thing.name], ...Object.entries(thing.name_localizations ?? {})]) {
    if (!DISCORD_LOCALES.has(locale ?? ''))
      throw invalidForm(path, 'ENUM_TYPE_COERCE', `No locale ${locale}`);
    if (!NAME.test(name ?? '') || name !== name?.toLowerCase()) {
      throw invalidForm(
        `${path}.name`,
        'APPLICATION_COMMAND_INVALID_NAME',
        `Command name is invalid: ${name}`,
      );
    }
  }
  for (const text of [thing.description, ...Object.values(thing.description_localizations ?? {})]) {
    lengthWithin(text, 1, 100, `${path}.description`);
  }
}

function lengthWithin(text: unknown, min: number, max: number, path: string): void {
  if (typeof text !== 'string' || text.length < min || text.length > max) {
    throw invalidForm(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
  }
}

function unique<T>(things: readonly T[], nameOf: (thing: T) => string, code: string): void {
  if (new Set(things.map(nameOf)).size < things.length) throw invalidForm('_', code, 'Names must be unique');
}

/** The size of a command. For each text, the longest localization counts. */
function sizeOf(command: RegisteredCommand): number {
  const longest = (text: string, others: Record<string, string> | null | undefined) =>
    Math.max(text.length, ...Object.values(others ?? {}).map((other) => other.length));
  let size = 0;
  const options = (command.options ?? []).flatMap((option) => [option, ...(option.options ?? [])]);
  for (const thing of [command, ...options]) {
    size += longest(thing.name, thing.name_localizations);
    size += longest(thing.description, thing.description_localizations);
    for (const choice of 'choices' in thing ? (thing.choices ?? []) : []) {
      size += longest(choice.name, choice.name_localizations) + String(choice.value).length;
    }
  }
  return size;
}
