/**
 * The channels of the loopback Discord and the messages in them, by its documentation:
 * https://discord.com/developers/docs/resources/message#create-message
 */

import {
  cannotMessageUser,
  invalidForm,
  missingAccess,
  missingPermissions,
  notFound,
  unknownChannel,
} from './api-error.ts';
import { checkMessage, type MessageBody, pings, type SentFile } from './message-rules.ts';
import { snowflake } from './snowflake.ts';

export const VIEW_CHANNEL = 1n << 10n;
export const SEND_MESSAGES = 1n << 11n;
export const EMBED_LINKS = 1n << 14n;
export const READ_MESSAGE_HISTORY = 1n << 16n;
/** What @everyone may do in a new server, as far as the bot needs it. */
export const USUAL_PERMISSIONS = VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | READ_MESSAGE_HISTORY;

/** How long Discord remembers a nonce. It says "a few minutes". */
const NONCE_MS = 300_000;
const MAX_NONCE = 25;

export interface ChannelMessage extends MessageBody {
  readonly id: string;
  readonly channel_id: string;
  readonly author: object;
  readonly nonce?: string;
  readonly timestamp: string;
}

export interface Channel {
  readonly id: string;
  /** Null for direct messages. */
  readonly guild: string | null;
  /** What @everyone, and so the bot, must not do there. */
  denied: bigint;
  readonly messages: ChannelMessage[];
}

export class LoopbackChannels {
  readonly #channels = new Map<string, Channel>();
  readonly #direct = new Map<string, Channel>();
  /** Users who take no direct messages from bots. */
  readonly closed = new Set<string>();

  constructor(
    readonly author: object,
    /** Unix milliseconds. */
    readonly now: () => number,
  ) {}

  add(guild: string | null, denied = 0n): Channel {
    const channel = { id: snowflake(), guild, denied, messages: [] };
    this.#channels.set(channel.id, channel);
    return channel;
  }

  remove({ id }: Channel): void {
    this.#channels.delete(id);
  }

  get(id: string): Channel | undefined {
    return this.#channels.get(id);
  }

  /** The direct messages that a user has got. */
  toldTo(user: string): readonly ChannelMessage[] {
    return this.#direct.get(user)?.messages ?? [];
  }

  /** The channels of a server as GUILD_CREATE lists them. */
  listOf(guild: string): object[] {
    return [...this.#channels.values()]
      .filter((channel) => channel.guild === guild)
      .map(({ id, denied }, position) => ({
        id,
        type: 0,
        name: `channel-${position}`,
        position,
        permission_overwrites: denied === 0n ? [] : [{ id: guild, type: 0, allow: '0', deny: `${denied}` }],
      }));
  }

  /** Answers a request to `/channels/ID/messages`. */
  serve(
    method: string,
    id: string,
    json: unknown,
    files: readonly SentFile[],
    query: URLSearchParams,
  ): object {
    const channel = this.#channels.get(id);
    if (!channel) throw unknownChannel();
    if ((channel.denied & VIEW_CHANNEL) !== 0n) throw missingAccess();
    if (method === 'GET') return this.#list(channel, query);
    if (method !== 'POST') throw notFound();
    return this.#create(channel, json as MessageBody & { nonce?: unknown; enforce_nonce?: boolean }, files);
  }

  /** Answers `POST /users/@me/channels`. */
  openDirect(user: string): object {
    const channel = this.#direct.get(user) ?? this.add(null);
    this.#direct.set(user, channel);
    return { id: channel.id, type: 1, recipients: [{ id: user }] };
  }

  #list(channel: Channel, query: URLSearchParams): object {
    if ((channel.denied & READ_MESSAGE_HISTORY) !== 0n) return [];
    const after = BigInt(query.get('after') ?? 0);
    const limit = Number(query.get('limit') ?? 50);
    if (limit < 1 || limit > 100) throw invalidForm('limit', 'NUMBER_TYPE_MAX', 'From 1 to 100');
    const later = channel.messages.filter(({ id }) => BigInt(id) > after);
    return (query.has('after') ? later.slice(0, limit) : later.slice(-limit)).reverse();
  }

  #create(
    channel: Channel,
    { nonce, enforce_nonce, ...body }: MessageBody & { nonce?: unknown; enforce_nonce?: boolean },
    files: readonly SentFile[],
  ): object {
    const needed = SEND_MESSAGES | ((body.embeds ?? []).length > 0 ? EMBED_LINKS : 0n);
    if ((channel.denied & needed) !== 0n) throw missingPermissions();
    const user = [...this.#direct].find(([, direct]) => direct === channel)?.[0];
    if (user !== undefined && this.closed.has(user)) throw cannotMessageUser();
    checkMessage(body, files);
    if (pings(body)) throw new Error(`a message pings people: ${JSON.stringify(body)}`);
    const text = nonce === undefined ? undefined : String(nonce);
    if (text !== undefined && text.length > MAX_NONCE) {
      throw invalidForm('nonce', 'NONCE_TYPE_TOO_LONG', `At most ${MAX_NONCE} characters`);
    }
    const earlier = channel.messages.find(
      (message) =>
        message.nonce === text && Date.parse(message.timestamp) > this.now() - NONCE_MS && text !== undefined,
    );
    if (enforce_nonce && earlier) return earlier;
    const message: ChannelMessage = {
      ...body,
      id: snowflake(this.now()),
      channel_id: channel.id,
      author: this.author,
      ...(text === undefined ? {} : { nonce: text }),
      timestamp: new Date(this.now()).toISOString(),
    };
    channel.messages.push(message);
    return message;
  }
}
