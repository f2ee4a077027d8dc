/**
 * Finds what a registration would change. `ApplicationCommand#equals` of discord.js reports a change if any optional
 * field is unset, so the comparison is done here, with Discord's defaults for the unset fields.
 */

import type { APIApplicationCommand, APIApplicationCommandOption } from 'discord.js';
import type { Definition } from './definitions.ts';

/** A command as Discord returns it. The commands of a server lack some fields. */
export type Registered = Partial<APIApplicationCommand> & Pick<APIApplicationCommand, 'name'>;

export interface Difference {
  readonly name: string;
  readonly kind: 'added' | 'changed' | 'removed' | 'unchanged';
  /** For a changed command: the fields that differ. */
  readonly fields: readonly string[];
}

/** A value that JSON can represent. */
type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** `global` is false for the commands of one server. Those have no contexts and no integration types. */
export function compareCommands(
  wanted: readonly Definition[],
  registered: readonly Registered[],
  global: boolean,
): Difference[] {
  const registeredByName = new Map(registered.map((command) => [command.name, command]));
  const names = new Set([...wanted, ...registered].map(({ name }) => name));
  return [...names].map((name) => {
    const now = wanted.find((command) => command.name === name);
    const then = registeredByName.get(name);
    if (!now) return { name, kind: 'removed', fields: [] };
    if (!then) return { name, kind: 'added', fields: [] };
    const one = normalCommand(now, global);
    const other = normalCommand(then, global);
    const fields = Object.keys(one).filter((field) => !same(one[field], other[field]));
    return { name, kind: fields.length > 0 ? 'changed' : 'unchanged', fields };
  });
}

function normalCommand(command: Definition | Registered, global: boolean): Record<string, Plain> {
  return {
    type: command.type ?? 1,
    name: command.name,
    name_localizations: normalMap(command.name_localizations),
    description: command.description ?? '',
    description_localizations: normalMap(command.description_localizations),
    options: (command.options ?? []).map(normalOption),
    default_member_permissions: command.default_member_permissions?.toString() ?? null,
    nsfw: command.nsfw ?? false,
    ...(global
      ? {
          integration_types: [...(command.integration_types ?? [0])].sort(),
          contexts: command.contexts ? [...command.contexts].sort() : null,
        }
      : {}),
  };
}

function normalOption(option: APIApplicationCommandOption): Plain {
  // The type of an option is a union whose members have different fields.
  const field = (name: string): Plain =>
    (name in option ? (Reflect.get(option, name) as Plain) : null) ?? null;
  const choices = 'choices' in option ? (option.choices ?? []) : [];
  return {
    type: option.type,
    name: option.name,
    name_localizations: normalMap(option.name_localizations),
    description: option.description,
    description_localizations: normalMap(option.description_localizations),
    required: option.required ?? false,
    autocomplete: field('autocomplete') ?? false,
    channelTypes: [...((field('channel_types') as readonly number[] | null) ?? [])].sort(),
    options: ('options' in option ? (option.options ?? []) : []).map(normalOption),
    choices: choices.map(({ name, name_localizations, value }) => ({
      name,
      name_localizations: normalMap(name_localizations),
      value,
    })),
    ...Object.fromEntries(
      ['min_length', 'max_length', 'min_value', 'max_value'].map((name) => [name, field(name)]),
    ),
  };
}

function normalMap(map: Readonly<Record<string, string | null>> | null | undefined): Plain {
  return Object.fromEntries(
    Object.entries(map ?? {})
      .filter(([, text]) => text !== null)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** Comparing the JSON texts is correct because the functions above always create the keys in the same order. */
function same(one: Plain | undefined, other: Plain | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
