import { ApplicationCommandOptionType } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/bot/command-list.ts';
import { compareCommands, type Registered } from '../../../src/bot/discord/command-difference.ts';
import { type Definition, definitions } from '../../../src/bot/discord/definitions.ts';
import { checkCommands, type RegisteredCommand } from '../../discord/command-rules.ts';

const asRegistered = (): RegisteredCommand[] =>
  definitions().map((command) => ({ ...command, id: '1' }) as RegisteredCommand);

describe('the commands’ definitions', () => {
  it('are what Discord accepts', () => {
    expect(() => checkCommands(asRegistered())).not.toThrow();
    const named = definitions().flatMap(({ name, options = [] }) => {
      const parts = options.filter(({ type }) => type === ApplicationCommandOptionType.Subcommand);
      return parts.length > 0 ? parts.map((part) => `${name} ${part.name}`) : [name];
    });
    expect(named).toEqual(COMMANDS.filter(({ terminalOnly }) => !terminalOnly).map(({ name }) => name));
  });

  it('offer /reload to administrators and /daily to managers, in servers only, and the rest to everyone everywhere', () => {
    const byName = new Map(definitions().map((command) => [command.name, command]));
    expect(byName.get('reload')).toMatchObject({
      default_member_permissions: '8',
      contexts: [0],
      integration_types: [0],
    });
    expect(byName.get('daily')).toMatchObject({
      default_member_permissions: '32',
      contexts: [0],
      integration_types: [0],
    });
    for (const name of ['poem', 'acrostic', 'check', 'about', 'help']) {
      expect(byName.get(name)).toMatchObject({
        default_member_permissions: null,
        contexts: [0, 1, 2],
        integration_types: [0, 1],
      });
    }
  });

  it('have no report option, because a button does the same', () => {
    const options = definitions()[0]?.options?.map(({ name }) => name);
    expect(options).not.toContain('report');
    expect(options).toContain('card');
  });
});

describe('the difference from the registered commands', () => {
  const kinds = (wanted: Definition[], registered: Registered[], global = true) =>
    compareCommands(wanted, registered, global).map(({ kind }) => kind);

  it('is none if Discord returns fewer fields, or another order', () => {
    const registered = definitions()
      .map(({ options = [], nsfw: _, ...command }) => ({
        ...command,
        contexts: [...(command.contexts ?? [])].reverse(),
        name_localizations: Object.fromEntries(Object.entries(command.name_localizations ?? {}).reverse()),
        ...(options.length > 0
          ? {
              options: options.map((option) =>
                JSON.parse(JSON.stringify(option, (_key, value) => (value === false ? undefined : value))),
              ),
            }
          : {}),
      }))
      .reverse() as Registered[];
    expect(new Set(kinds(definitions(), registered))).toEqual(new Set(['unchanged']));
  });

  it('ignores contexts in one server, which has none', () => {
    const registered = definitions().map(
      ({ contexts: _, integration_types: __, ...command }) => command,
    ) as Registered[];
    expect(new Set(kinds(definitions(), registered, false))).toEqual(new Set(['unchanged']));
    expect(kinds(definitions(), registered, true)).toContain('changed');
  });

  it('includes the options of a subcommand, and the types of a channel', () => {
    const changed = (change: (text: string) => string) =>
      asRegistered().map((command) =>
        command.name === 'daily' ? JSON.parse(change(JSON.stringify(command))) : command,
      ) as Registered[];
    for (const change of [
      (text: string) => text.replace('"max_length":16', '"max_length":17'),
      (text: string) => text.replace('"channel_types":[0,5]', '"channel_types":[0]'),
    ]) {
      const found = compareCommands(definitions(), changed(change), true);
      expect(found.find(({ name }) => name === 'daily')?.kind).toBe('changed');
    }
  });

  it('includes the order of options', () => {
    const registered = asRegistered().map((command) =>
      command.name === 'poem' ? { ...command, options: command.options?.toReversed() } : command,
    ) as Registered[];
    expect(compareCommands(definitions(), registered, true)[0]).toEqual({
      name: 'poem',
      kind: 'changed',
      fields: ['options'],
    });
  });
});
