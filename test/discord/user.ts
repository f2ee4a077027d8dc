/**
 * A user of the loopback Discord. Like a real client, it knows the registered commands, and refuses values that they
 * do not allow.
 */

import {
  AUTOCOMPLETE,
  ClientInteraction,
  COMMAND,
  COMPONENT,
  type ShownMessage,
} from './client-interaction.ts';
import type { RegisteredCommand, RegisteredOption } from './command-rules.ts';
import type { LoopbackDiscord } from './loopback.ts';
import { snowflake } from './snowflake.ts';

const SUBCOMMAND = 1;
const CHANNEL = 7;

const ADMINISTRATOR = 8n;
const MANAGE_GUILD = 32n;
const SEND_MESSAGES = 2048n;

export interface UserSettings {
  readonly id?: string;
  readonly locale?: string;
  /** The server that the user is in; null for direct messages with the bot. */
  readonly guild?: string | null;
  readonly administrator?: boolean;
  /** Has the permission Manage Server. */
  readonly manager?: boolean;
}

export class DiscordUser {
  readonly id: string;
  readonly locale: string;
  readonly guild: string | null;
  readonly #permissions: bigint;
  readonly #server: LoopbackDiscord;

  constructor(server: LoopbackDiscord, settings: UserSettings = {}) {
    this.#server = server;
    this.id = settings.id ?? snowflake();
    this.locale = settings.locale ?? 'en-US';
    this.guild = settings.guild === undefined ? (server.guilds[0] ?? null) : settings.guild;
    this.#permissions =
      SEND_MESSAGES | (settings.administrator ? ADMINISTRATOR : 0n) | (settings.manager ? MANAGE_GUILD : 0n);
  }

  /** Uses a slash command: `poem`, or `daily set`. Throws if a client would not send it. */
  use(name: string, values: Readonly<Record<string, string | number | boolean>> = {}): ClientInteraction {
    const { command, offered, data } = this.#commandNamed(name);
    const options = Object.entries(values).map(([key, value]) => {
      const option = offered.find((one) => one.name === key);
      if (!option) throw new Error(`/${name} has no option ${key}`);
      checkValue(option, value);
      if (option.type === CHANNEL && this.#server.channels.get(String(value))?.guild !== this.guild)
        throw new Error(`${value} is no channel of this server`);
      return { name: key, type: option.type, value };
    });
    for (const { name: key, required } of offered) {
      if (required && !(key in values)) throw new Error(`/${name} needs ${key}`);
    }
    return this.#send(new ClientInteraction(COMMAND), { id: command.id, ...data(options) });
  }

  /** Types text into an option with autocomplete. */
  type(name: string, option: string, text: string): ClientInteraction {
    const { command, offered, data } = this.#commandNamed(name);
    const found = offered.find((one) => one.name === option);
    if (!found?.autocomplete) throw new Error(`${option} of /${name} does not complete`);
    const options = [{ name: option, type: found.type, value: text, focused: true }];
    return this.#send(new ClientInteraction(AUTOCOMPLETE), { id: command.id, ...data(options) });
  }

  /** Presses the button at `index` under a message. */
  press(message: ShownMessage, index: number): ClientInteraction {
    const id = message.components?.[0]?.components[index]?.custom_id;
    if (id === undefined) throw new Error(`there is no button ${index}`);
    return this.pressForged(message, id);
  }

  /** Chooses a value in the menu under a message. */
  select(message: ShownMessage, value: string): ClientInteraction {
    const menu = message.components?.flatMap(({ components }) => components).find(({ type }) => type === 3);
    if (!menu?.options?.some((option) => option.value === value))
      throw new Error(`there is no ${value} to select`);
    const { custom_id } = menu;
    return this.#send(
      new ClientInteraction(COMPONENT, message),
      { custom_id, component_type: 3, values: [value] },
      { message: stored(message) },
    );
  }

  /** Sends a button's interaction with any custom id. */
  pressForged(message: ShownMessage, custom_id: string): ClientInteraction {
    return this.#send(
      new ClientInteraction(COMPONENT, message),
      { custom_id, component_type: 2 },
      { message: stored(message) },
    );
  }

  /** The command, the options that it or its subcommand offers, and its part of the interaction. */
  #commandNamed(typed: string) {
    const [name = '', part] = typed.split(' ');
    const command = this.#offered(name);
    const subcommand = command.options?.find((option) => option.type === SUBCOMMAND && option.name === part);
    if ((part !== undefined || command.options?.[0]?.type === SUBCOMMAND) && !subcommand)
      throw new Error(`/${name} has no subcommand ${part}`);
    const data = (options: readonly object[]) => {
      const own = options.length > 0 ? { options } : {};
      const inner = subcommand ? { options: [{ type: SUBCOMMAND, name: part, ...own }] } : own;
      return { name, type: 1, ...inner };
    };
    return { command, offered: (subcommand ?? command).options ?? [], data };
  }

  #offered(name: string): RegisteredCommand {
    const { commands } = this.#server;
    const here = this.guild === null ? [] : (commands.get(this.guild) ?? []);
    const command = [...here, ...(commands.get('global') ?? [])].find((one) => one.name === name);
    if (!command) throw new Error(`/${name} is not registered here`);
    const context = this.guild === null ? 1 : 0;
    if (command.contexts && !command.contexts.includes(context))
      throw new Error(`/${name} is not offered here`);
    const needed = BigInt(command.default_member_permissions ?? 0);
    const allowed = (this.#permissions & ADMINISTRATOR) !== 0n || (this.#permissions & needed) === needed;
    if (this.guild !== null && !allowed) throw new Error(`/${name} is not offered to them`);
    return command;
  }

  #send(interaction: ClientInteraction, data: object, more: object = {}): ClientInteraction {
    const user = {
      id: this.id,
      username: `user${this.id}`,
      discriminator: '0',
      avatar: null,
      global_name: null,
    };
    const member = {
      user,
      roles: [],
      joined_at: new Date(0).toISOString(),
      deaf: false,
      mute: false,
      flags: 0,
      permissions: this.#permissions.toString(),
    };
    const channel = { id: snowflake(), type: this.guild === null ? 1 : 0 };
    this.#server.interactions.set(interaction.id, interaction);
    this.#server.deliver(
      {
        id: interaction.id,
        application_id: this.#server.application.id,
        type: interaction.kind,
        token: interaction.token,
        version: 1,
        data,
        channel_id: channel.id,
        channel,
        locale: this.locale,
        app_permissions: SEND_MESSAGES.toString(),
        entitlements: [],
        authorizing_integration_owners: this.guild === null ? { 1: this.id } : { 0: this.guild },
        context: this.guild === null ? 1 : 0,
        attachment_size_limit: 10_485_760,
        ...(this.guild === null ? { user } : { guild_id: this.guild, guild_locale: 'en-US', member }),
        ...more,
      },
      this.guild,
    );
    return interaction;
  }
}

/** The message as Discord sends it along with the interaction of its button. */
function stored(message: ShownMessage): object {
  const { id, content = '', embeds = [], components = [], files } = message;
  return {
    id,
    content,
    embeds,
    components,
    channel_id: '0',
    attachments: files.map(({ name, size, description }, at) => ({
      id: String(at),
      filename: name,
      size,
      url: `https://cdn.example/${name}`,
      ...(description === undefined ? {} : { description }),
    })),
    type: 0,
    timestamp: new Date().toISOString(),
  };
}

function checkValue(option: RegisteredOption, value: string | number | boolean): void {
  const { name, choices, min_length = 0, max_length = 6000, min_value, max_value } = option;
  if (choices?.length && !choices.some((choice) => choice.value === value))
    throw new Error(`${name} has no such choice`);
  if (
    option.type === 3 &&
    (typeof value !== 'string' || value.length < min_length || value.length > max_length)
  ) {
    throw new Error(`${name} takes ${min_length} to ${max_length} characters`);
  }
  if (
    option.type === 4 &&
    (!Number.isInteger(value) ||
      Number(value) < (min_value ?? -(2 ** 53)) ||
      Number(value) > (max_value ?? 2 ** 53))
  ) {
    throw new Error(`${name} takes a whole number from ${min_value} to ${max_value}`);
  }
}
