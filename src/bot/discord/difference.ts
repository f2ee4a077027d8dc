/**
 * What registering would change. discord.js's `ApplicationCommand#equals` calls an unchanged command changed
 * unless every optional field was set, so commands are compared here, with Discord's own defaults filled in.
 */

import type { APIApplicationCommand, APIApplicationCommandOption } from 'discord.js';
import type { Definition } from './definitions.ts';

/** A command as Discord holds it; commands of a server leave some fields out. */
export type Registered = Partial<APIApplicationCommand> & Pick<APIApplicationCommand, 'name'>;

export interface Difference {
  readonly name: string;
  readonly kind: 'added' | 'changed' | 'removed' | 'unchanged';
  /** The fields that differ, of a changed command. */
  readonly fields: readonly string[];
}

type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** `everywhere` says whether the commands are the application's own, since a server's have no contexts. */
export function difference(
  wanted: readonly Definition[],
  registered: readonly Registered[],
  everywhere: boolean,
): Difference[] {
  const before = new Map(registered.map((command) => [command.name, command]));
  const names = new Set([...wanted, ...registered].map(({ name }) => name));
  return [...names].map((name) => {
    const now = wanted.find((command) => command.name === name);
    const then = before.get(name);
    if (!now) return { name, kind: 'removed', fields: [] };
    if (!then) return { name, kind: 'added', fields: [] };
    const one = normalCommand(now, everywhere);
    const other = normalCommand(then, everywhere);
    const fields = Object.keys(one).filter((field) => !same(one[field], other[field]));
    return { name, kind: fields.length > 0 ? 'changed' : 'unchanged', fields };
  });
}

function normalCommand(command: Definition | Registered, everywhere: boolean): Record<string, Plain> {
  return {
    type: command.type ?? 1,
    name: command.name,
    name_localizations: normalMap(command.name_localizations),
    description: command.description ?? '',
    description_localizations: normalMap(command.description_localizations),
    options: (command.options ?? []).map(normalOption),
    default_member_permissions: command.default_member_permissions?.toString() ?? null,
    nsfw: command.nsfw ?? false,
    ...(everywhere
      ? {
          integration_types: [...(command.integration_types ?? [0])].sort(),
          contexts: command.contexts ? [...command.contexts].sort() : null,
        }
      : {}),
  };
}

function normalOption(option: APIApplicationCommandOption): Plain {
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

/** Both are built above with their keys in one order. */
function same(one: Plain | undefined, other: Plain | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
