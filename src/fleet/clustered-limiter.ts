/**
 * Limits of one user or guild that hold for all bots together, by Bottleneck's cluster on Redis.
 *
 * What Bottleneck 2.19.5 needs to work with Redis 7: its scripts' errors without the prefix `ERR `, because it compares
 * whole messages (it then recovers if Redis is emptied); an `expiration` for each job, because a bot that dies keeps its
 * places otherwise; and a caller that does not wait for it without end, because it does while Redis is away.
 */

import Bottleneck from 'bottleneck';
import { type Callback, Redis, type RedisOptions } from 'ioredis';
import { deferred } from '../service/deferred.ts';
import { PREFIX } from './protocol.ts';

const MINUTE_MS = 60_000;
/** A limiter that is not used for this long is forgotten, here and in Redis. */
const IDLE_MS = 5 * MINUTE_MS;

/** The connection of Bottleneck. Its scripts report errors as Redis 6 did. */
export class BottleneckRedis extends Redis {
  override defineCommand(name: string, definition: Parameters<Redis['defineCommand']>[1]): void {
    super.defineCommand(name, definition);
    const commands = this as unknown as Record<string, (...args: unknown[]) => unknown>;
    const command = commands[name]?.bind(this);
    commands[name] = (...args) => {
      const callback = args.pop() as Callback;
      return command?.(...args, (error: Error | null, reply: unknown) => {
        if (error) error.message = error.message.replace(/^ERR /u, '');
        callback(error, reply);
      });
    };
  }

  /** For the subscriber, whose subscriptions must wait for the connection. */
  override duplicate(override: Partial<RedisOptions> = {}): Redis {
    const { commandTimeout: _, ...options } = this.options;
    return new Redis({ ...options, enableOfflineQueue: true, maxRetriesPerRequest: null, ...override });
  }
}

export interface ClusteredLimits {
  readonly perMinute: number;
  /** Poems at a time; null if unlimited. */
  readonly running: number | null;
}

export interface ClusteredPermit {
  /** `refund`: the order produced nothing, so it does not count. */
  release(refund: boolean): void;
}

export class ClusteredLimiter {
  readonly #id: string;
  readonly #redis: Redis;
  readonly #bottleneck: Bottleneck;
  #inUse = 0;
  usedAt = performance.now();

  constructor(id: string, limits: ClusteredLimits, connection: Bottleneck.IORedisConnection, redis: Redis) {
    this.#id = `${PREFIX}:${id}`;
    this.#redis = redis;
    this.#bottleneck = new Bottleneck({
      id: this.#id,
      datastore: 'ioredis',
      connection,
      maxConcurrent: limits.running,
      reservoir: limits.perMinute,
      reservoirRefreshInterval: MINUTE_MS,
      reservoirRefreshAmount: limits.perMinute,
      timeout: IDLE_MS,
    });
    // Without a listener Bottleneck throws. What fails here fails at the caller too.
    this.#bottleneck.on('error', () => {});
    this.#bottleneck.ready().catch(() => {});
  }

  get inUse(): boolean {
    return this.#inUse > 0 || performance.now() - this.usedAt < IDLE_MS;
  }

  /** Milliseconds until the next poem of this minute's count; 0 if there is one now. */
  async delayMs(): Promise<number> {
    const [left, refreshed] = await this.#redis.hmget(
      `b_${this.#id}_settings`,
      'reservoir',
      'lastReservoirRefresh',
    );
    if (left == null || refreshed == null || Number(left) > 0) return 0;
    return Math.max(0, Number(refreshed) + MINUTE_MS - Date.now());
  }

  /** Resolves when the order may run. Rejects with the signal's reason. The place is free again after `lastsMs`. */
  async acquire(signal: AbortSignal, lastsMs: number): Promise<ClusteredPermit> {
    this.#inUse++;
    this.usedAt = performance.now();
    const granted = deferred<void>();
    const released = deferred<void>();
    const leave = () => granted.reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    this.#bottleneck
      .schedule({ expiration: lastsMs }, async () => {
        if (signal.aborted) return this.#refund();
        granted.resolve();
        await released.promise;
      })
      .catch((error) => granted.reject(error))
      .finally(() => {
        this.#inUse--;
      });
    try {
      await granted.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
    return {
      release: (refund) => {
        if (refund) this.#refund();
        released.resolve();
      },
    };
  }

  #refund(): void {
    this.#bottleneck.incrementReservoir(1).catch(() => {});
  }

  /** Leaves the connection, which others use. */
  async close(): Promise<void> {
    await this.#bottleneck.disconnect(false);
  }
}
