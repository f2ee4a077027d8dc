/**
 * The connection to Discord's gateway, through discord.js. Interactions are taken from the raw gateway events. The
 * `Client`'s own events wait until Discord has announced every server, which can take longer than the three seconds
 * in which an interaction must be answered.
 */

import {
  type APIInteraction,
  Client,
  type ClientOptions,
  GatewayCloseCodes,
  GatewayDispatchEvents,
  GatewayIntentBits,
  Options,
  type RESTGetAPIGatewayBotResult,
  Routes,
  Status,
} from 'discord.js';
import type { GatewayLocks } from '../../fleet/gateway-locks.ts';
import type { Log } from '../log.ts';
import type { ShardRange } from '../settings.ts';
import { DiscordError } from './discord-error.ts';
import { HeartbeatAges } from './heartbeat-age.ts';

/** Lists every shard: without a list, discord.js would read one from the environment variable SHARDS. */
function shardsOf(range: ShardRange | 'auto') {
  if (range === 'auto') return { shards: 'auto' } as const;
  const { first, last, count } = range;
  return { shards: Array.from({ length: last - first + 1 }, (_, at) => first + at), shardCount: count };
}

type BuildThrottler = NonNullable<NonNullable<ClientOptions['ws']>['buildIdentifyThrottler']>;

/** Starts sessions one after the other, across all processes. */
function throttlerOf(locks: GatewayLocks): BuildThrottler {
  return async (manager) => {
    const { session_start_limit: limit } = await manager.fetchGatewayInformation();
    return {
      waitForIdentify: (shard, signal) => locks.waitForIdentify(shard % limit.max_concurrency, signal),
    };
  };
}

/**
 * Discord asks for a heartbeat every 41 seconds, and discord.js drops a connection if the last heartbeat was not
 * answered. So a connection without an answer for more than two heartbeats is dead, whatever its status says.
 */
const SILENT_MS = 90_000;

export interface GatewayOptions {
  readonly token: string;
  readonly api: string;
  readonly shards: ShardRange | 'auto';
  readonly log: Log;
  /** What several gateway processes share. Without it, this process is alone. */
  readonly locks?: GatewayLocks;
  onInteraction(interaction: APIInteraction): void;
  /** Called if Discord closes a shard for good: the token was reset, or the intents were revoked. */
  onFatal(reason: string): void;
  /** A monotonic clock in milliseconds; default: that of Node. */
  readonly now?: () => number;
}

export interface ShardHealth {
  readonly id: number;
  readonly status: string;
  /** Milliseconds since the last answered heartbeat, or since the connection if none has been answered on it. */
  readonly heartbeatAgeMs: number;
}

export interface Health {
  readonly healthy: boolean;
  readonly shards: readonly ShardHealth[];
}

export class Gateway {
  readonly client: Client;
  readonly #options: GatewayOptions;
  readonly #ages: HeartbeatAges;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.client = new Client({
      intents: [GatewayIntentBits.Guilds],
      allowedMentions: { parse: [] },
      // Discord does not count answers to interactions against the global limit of 50 a second. Daily poems are few at once.
      rest: { api: options.api, version: '10', globalRequestsPerSecond: 1_000_000 },
      ...shardsOf(options.shards),
      ...(options.locks ? { ws: { buildIdentifyThrottler: throttlerOf(options.locks) } } : {}),
      // The bot looks nothing up in these caches.
      makeCache: Options.cacheWithLimits({
        MessageManager: 0,
        GuildMemberManager: { maxSize: 0, keepOverLimit: (member) => member.id === member.client.user.id },
        UserManager: { maxSize: 0, keepOverLimit: (user) => user.id === user.client.user.id },
        ReactionManager: 0,
        GuildEmojiManager: 0,
        GuildStickerManager: 0,
        PresenceManager: 0,
        VoiceStateManager: 0,
        ThreadManager: 0,
        StageInstanceManager: 0,
        GuildScheduledEventManager: 0,
        AutoModerationRuleManager: 0,
      }),
    });
    const now = options.now ?? (() => performance.now());
    this.#ages = new HeartbeatAges(() => this.client.ws.shards.values(), now);
  }

  /** Resolves when every shard is connected. Throws an error that `errorLine` explains. */
  async open(): Promise<void> {
    await this.#checkStarts();
    const { log, token, onInteraction, onFatal } = this.#options;
    const { client } = this;
    client.ws.on(GatewayDispatchEvents.InteractionCreate, onInteraction);
    for (const connected of [GatewayDispatchEvents.Ready, GatewayDispatchEvents.Resumed]) {
      client.ws.on(connected, (_data: unknown, id: number) => {
        const shard = client.ws.shards.get(id);
        if (shard) this.#ages.connected(shard);
      });
    }
    client.on('shardReady', (shard) => log.info({ shard }, 'Shard ready'));
    client.on('shardResume', (shard, replayed) => log.info({ shard, replayed }, 'Shard resumed'));
    client.on('shardReconnecting', (shard) => log.warn({ shard }, 'Shard lost its connection, reconnecting'));
    client.on('shardError', (error, shard) => log.warn({ err: error, shard }, 'Shard error'));
    client.on('error', (error) => log.error({ err: error }, 'Discord client error'));
    client.on('warn', (message) => log.warn(message));
    let connected = false;
    const ready = new Promise((resolve) => client.once('clientReady', resolve));
    // If the refusal comes between two waits of discord.js, `login` succeeds, and the client is never ready.
    const refused = new Promise<never>((_, reject) => {
      client.on('shardDisconnect', ({ code }) => {
        const reason = `Discord closed the gateway for good: ${code} ${GatewayCloseCodes[code] ?? ''}`.trim();
        if (connected) onFatal(reason);
        else reject(new Error(reason));
      });
    });
    await Promise.race([client.login(token).then(() => ready), refused]);
    connected = true;
  }

  /**
   * Discord resets the token of a bot that starts too many sessions a day, so the starts that are left are looked at
   * first. Throws `DiscordError` if there are too few.
   */
  async #checkStarts(): Promise<void> {
    const { token, shards, log, locks } = this.#options;
    const { rest } = this.client;
    const found = await rest.setToken(token).get(Routes.gatewayBot());
    const { shards: recommended, session_start_limit: limit } = found as RESTGetAPIGatewayBotResult;
    const { first, last, count } =
      shards === 'auto' ? { first: 0, last: recommended - 1, count: recommended } : shards;
    if (last - first + 1 > limit.remaining) {
      const minutes = Math.ceil(limit.reset_after / 60_000);
      throw new DiscordError(
        `Discord allows ${limit.remaining} more session starts of this bot in the next ${minutes} minutes, and it has ${last - first + 1} shards to start.`,
      );
    }
    if (count < recommended) {
      log.warn({ shards: count, recommended }, 'Discord recommends more shards: one may have 2,500 servers');
    }
    const held = (await locks?.claimShards(first, last, count)) ?? [];
    if (held.length > 0) {
      log.warn({ shards: held }, 'Another process has these shards too: both get their interactions');
    }
  }

  get health(): Health {
    this.#ages.look();
    const shards = this.client.ws.shards.map(({ id, status }) => ({
      id,
      status: Status[status],
      heartbeatAgeMs: Math.round(this.#ages.of(id)),
    }));
    const alive = ({ status, heartbeatAgeMs }: ShardHealth) =>
      (status === 'Ready' || status === 'WaitingForGuilds') && heartbeatAgeMs <= SILENT_MS;
    return { healthy: shards.length > 0 && shards.every(alive), shards };
  }

  async close(): Promise<void> {
    this.#ages.close();
    await this.client.destroy();
  }
}
