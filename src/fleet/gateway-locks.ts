/**
 * What several gateway processes of one bot must agree on. Discord lets sessions whose shards have the same number modulo
 * `max_concurrency` start every five seconds only.
 * https://discord.com/developers/docs/events/gateway#sharding-max-concurrency
 */

import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { PREFIX } from './protocol.ts';

/** Half a second more than Discord asks for, because a start may come a little after its lock. */
const BETWEEN_STARTS_MS = 5_500;
const TRY_EVERY_MS = 100;
/** Without Redis a start waits this long, and at most twice that, so that two processes hardly start at once. */
const WITHOUT_REDIS_MS = 5_500;
const CLAIM_EVERY_MS = 2_000;
const CLAIM_LASTS_MS = 6_000;
/** An interaction wants its first answer within three seconds. */
const OTHERS_MS = 1_000;

const identifyKey = (key: number) => `${PREFIX}:identify:${key}`;
const shardKey = (shard: number, count: number) => `${PREFIX}:shard:${count}:${shard}`;
/** A sorted set: the processes that get the interactions of a shard, by the time until which that is known. */
const servingKey = (shard: string) => `${shard}:serving`;

export class GatewayLocks {
  readonly #redis: Redis;
  readonly #id: string;
  #shards: readonly string[] = [];
  #serving = false;
  #timer: NodeJS.Timeout | null = null;

  /** `id` is the id of this process. */
  constructor(redis: Redis, id: string) {
    this.#redis = redis;
    this.#id = id;
  }

  /** Resolves when this process may start a session of a key. Rejects if the signal aborts. */
  async waitForIdentify(key: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        const taken = await this.#redis.set(identifyKey(key), this.#id, 'PX', BETWEEN_STARTS_MS, 'NX');
        if (taken !== null) return;
      } catch {
        await pause(WITHOUT_REDIS_MS * (1 + Math.random()), undefined, { signal });
        if (this.#redis.status !== 'ready') return;
      }
      await pause(TRY_EVERY_MS, undefined, { signal });
    }
  }

  /** Says that this process has these shards from now on. Returns those that another process has already. */
  async claimShards(first: number, last: number, count: number): Promise<readonly number[]> {
    const shards = Array.from({ length: last - first + 1 }, (_, at) => first + at);
    this.#shards = shards.map((shard) => shardKey(shard, count));
    this.#timer ??= setInterval(() => void this.#claim(), CLAIM_EVERY_MS).unref();
    const holders = await this.#redis.mget([...this.#shards]).catch(() => []);
    await this.#claim();
    return shards.filter((_, at) => (holders[at] ?? this.#id) !== this.#id);
  }

  /** Says that this process gets the interactions of its shards from now on. */
  async serve(): Promise<void> {
    this.#serving = true;
    await this.#claim();
  }

  /** Whether each shard of this process is served by another one too. False without Redis. */
  async othersServe(): Promise<boolean> {
    if (this.#shards.length === 0) return false;
    const servers = this.#redis.pipeline();
    for (const shard of this.#shards) servers.zrange(servingKey(shard), Date.now(), '+inf', 'BYSCORE');
    const late = pause(OTHERS_MS, null, { ref: false });
    const replies = await Promise.race([servers.exec().catch(() => null), late]);
    if (replies === null) return false;
    return replies.every(([, ids]) => Array.isArray(ids) && ids.some((id) => id !== this.#id));
  }

  async #claim(): Promise<void> {
    const claims = this.#redis.multi();
    for (const shard of this.#shards) {
      claims.set(shard, this.#id, 'PX', CLAIM_LASTS_MS);
      if (!this.#serving) continue;
      const key = servingKey(shard);
      claims.zadd(key, Date.now() + CLAIM_LASTS_MS, this.#id);
      claims.zremrangebyscore(key, 0, Date.now());
      claims.pexpire(key, CLAIM_LASTS_MS);
    }
    await claims.exec().catch(() => {});
  }

  /** Gives the shards up, so that a process that replaces this one finds them free. */
  async close(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    if (this.#shards.length === 0) return;
    const release = this.#redis.multi().del([...this.#shards]);
    for (const shard of this.#shards) release.zrem(servingKey(shard), this.#id);
    await release.exec().catch(() => {});
  }
}
