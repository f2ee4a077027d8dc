/**
 * The gateway of the loopback Discord: sessions over WebSocket, by Discord's documentation:
 * https://discord.com/developers/docs/events/gateway
 */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { USUAL_PERMISSIONS } from './channels.ts';
import { shardOf, snowflake } from './snowflake.ts';

export interface GatewaySettings {
  readonly token: string;
  /** The heartbeat interval that op 10 asks clients for. */
  heartbeatMs: number;
  /** Intents that the application may use. */
  intents: number;
  readonly guilds: readonly string[];
  /** The channels of a server, as GUILD_CREATE lists them. */
  channelsOf(guild: string): object[];
  readonly application: { readonly id: string };
  readonly user: { readonly id: string };
  /** The gateway's own address, for resuming. */
  url(): string;
}

interface Payload {
  readonly op: number;
  readonly d?: unknown;
  readonly s?: number | null;
  readonly t?: string | null;
}

class Session {
  readonly id = snowflake();
  readonly events: Payload[] = [];
  socket: WebSocket | null = null;
  constructor(
    readonly shard: number,
    readonly shards: number,
  ) {}

  /** Sends an event, and keeps it for a client that resumes. */
  dispatch(t: string, d: unknown): void {
    const event = { op: 0, t, d, s: this.events.length + 1 };
    this.events.push(event);
    if (this.socket) send(this.socket, event);
  }
}

export class LoopbackGateway {
  readonly #settings: GatewaySettings;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #sessions = new Map<string, Session>();
  /** If true, no heartbeat is answered and no event sent, as if the server had crashed. */
  silent = false;
  /** If true, connections are accepted, but nothing is ever sent on new ones. */
  mute = false;
  /** If not null, every client that identifies is closed with this code. */
  refusal: number | null = null;
  /** What clients have done, in order: `identify` or `resume`. */
  readonly log: string[] = [];
  /** When which shard has identified, in milliseconds. */
  readonly identified: { readonly shard: number; readonly at: number }[] = [];

  constructor(settings: GatewaySettings) {
    this.#settings = settings;
    this.#server.on('connection', (socket) => this.#greet(socket));
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (opened) =>
      this.#server.emit('connection', opened, request),
    );
  }

  /** Sends an event to the shard of `guild`, or to the first shard if `guild` is null. */
  dispatch(event: string, data: unknown, guild: string | null): void {
    for (const session of this.#sessions.values()) {
      if (session.shard === (guild === null ? 0 : shardOf(guild, session.shards))) {
        if (this.silent) session.events.push({ op: 0, t: event, d: data, s: session.events.length + 1 });
        else session.dispatch(event, data);
      }
    }
  }

  /** Breaks every connection without a close frame, like a network failure. */
  dropAll(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  /** Stops reading from every connection, so that not even a close frame is read. */
  freeze(): void {
    for (const socket of this.#server.clients) socket.pause();
  }

  /** Closes every connection with a code. */
  closeAll(code: number): void {
    for (const socket of this.#server.clients) socket.close(code);
  }

  /** Tells every client to reconnect (op 7). */
  askToReconnect(): void {
    for (const socket of this.#server.clients) send(socket, { op: 7 });
  }

  /** Forgets every session, so that resuming is refused (op 9). */
  forget(): void {
    this.#sessions.clear();
  }

  get connections(): number {
    return this.#server.clients.size;
  }

  get sessions(): readonly { readonly shard: number; readonly shards: number }[] {
    return [...this.#sessions.values()].filter(({ socket }) => socket !== null);
  }

  stop(): void {
    this.dropAll();
    this.#server.close();
  }

  #greet(socket: WebSocket): void {
    if (this.mute) return;
    let session: Session | null = null;
    send(socket, { op: 10, d: { heartbeat_interval: this.#settings.heartbeatMs } });
    socket.on('message', (data) => {
      if (this.silent) return;
      const payload = parse(String(data));
      if (!payload) return socket.close(4002);
      const again = payload.op === 2 || payload.op === 6;
      if (again && session) return socket.close(4005);
      switch (payload.op) {
        case 1:
          return send(socket, { op: 11 });
        case 2:
          session = this.#identify(socket, payload.d as Identify);
          return;
        case 6:
          session = this.#resume(socket, payload.d as Resume);
          return;
        case 3:
        case 4:
        case 8:
          return session ? undefined : socket.close(4003);
        default:
          return socket.close(4001);
      }
    });
    socket.on('close', () => {
      if (session?.socket === socket) session.socket = null;
    });
  }

  #identify(socket: WebSocket, { token, intents, shard = [0, 1] }: Identify): Session | null {
    this.log.push('identify');
    const { token: right, intents: allowed, guilds, user, application, channelsOf, url } = this.#settings;
    const [id, count] = shard;
    this.identified.push({ shard: id, at: performance.now() });
    const refusal =
      this.refusal ??
      (token !== right ? 4004 : (intents & ~allowed) !== 0 ? 4014 : id >= count ? 4010 : null);
    if (refusal !== null) {
      socket.close(refusal);
      return null;
    }
    const session = new Session(id, count);
    // A shard that identifies again replaces its earlier session, but not one that another process has open.
    for (const [key, old] of this.#sessions) {
      if (old.shard === id && old.socket === null) this.#sessions.delete(key);
    }
    this.#sessions.set(session.id, session);
    session.socket = socket;
    const own = guilds.filter((guild) => shardOf(guild, count) === id);
    session.dispatch('READY', {
      v: 10,
      user,
      guilds: own.map((guild) => ({ id: guild, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: url(),
      shard,
      application: { id: application.id, flags: 0 },
    });
    for (const guild of own) session.dispatch('GUILD_CREATE', guildOf(guild, channelsOf(guild), user));
    return session;
  }

  #resume(socket: WebSocket, { token, session_id, seq }: Resume): Session | null {
    this.log.push('resume');
    const session = this.#sessions.get(session_id);
    if (token !== this.#settings.token) {
      socket.close(4004);
      return null;
    }
    if (!session || seq > session.events.length) {
      send(socket, { op: 9, d: false });
      return null;
    }
    session.socket = socket;
    for (const event of session.events.slice(seq)) send(socket, event);
    session.dispatch('RESUMED', {});
    return session;
  }
}

interface Identify {
  readonly token: string;
  readonly intents: number;
  readonly shard?: readonly [number, number];
}

interface Resume {
  readonly token: string;
  readonly session_id: string;
  readonly seq: number;
}

function send(socket: WebSocket, payload: Payload): void {
  socket.send(JSON.stringify({ s: null, t: null, d: null, ...payload }));
}

function parse(text: string): Payload | null {
  try {
    const payload = JSON.parse(text);
    return typeof payload?.op === 'number' ? payload : null;
  } catch {
    return null;
  }
}

function guildOf(id: string, channels: object[], user: { readonly id: string }): object {
  return {
    id,
    name: `Server ${id}`,
    owner_id: '100000000000000000',
    roles: [{ id, name: '@everyone', permissions: `${USUAL_PERMISSIONS}`, position: 0 }],
    emojis: [],
    features: [],
    channels,
    // Without the intent for members Discord lists the bot's own.
    members: [{ user, roles: [], joined_at: new Date(0).toISOString(), deaf: false, mute: false, flags: 0 }],
    threads: [],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    stickers: [],
    joined_at: new Date(0).toISOString(),
    large: false,
    unavailable: false,
    member_count: 2,
    preferred_locale: 'en-US',
  };
}
