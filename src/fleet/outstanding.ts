/** How many orders each user has with the whole fleet: for the limit of waiting orders, and for the priority. */

import type { Redis, Result } from 'ioredis';
import { PREFIX } from './protocol.ts';

/**
 * Orders are the members of a sorted set with their deadlines as scores, so that those of a bot that has died are
 * forgotten. Returns how many the user had before, or -1 if that is the limit already.
 */
const ADD = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
local count = redis.call('ZCARD', KEYS[1])
if count >= tonumber(ARGV[4]) and not redis.call('ZSCORE', KEYS[1], ARGV[3]) then return -1 end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[3])
redis.call('PEXPIREAT', KEYS[1], ARGV[2] + 1000)
return count`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    shirenAddOutstanding(
      key: string,
      now: number,
      deadline: number,
      id: string,
      limit: number,
    ): Result<number, Context>;
  }
}

const keyOf = (user: string) => `${PREFIX}:outstanding:${user}`;

export class Outstanding {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
    redis.defineCommand('shirenAddOutstanding', { numberOfKeys: 1, lua: ADD });
  }

  /** Counts an order. Returns how many the user had before; null, and counts nothing, if that is `limit`. */
  async add(user: string, id: string, deadline: number, limit: number): Promise<number | null> {
    const before = await this.#redis.shirenAddOutstanding(keyOf(user), Date.now(), deadline, id, limit);
    return before < 0 ? null : before;
  }

  /** Without Redis the order is forgotten at its deadline. */
  async remove(user: string, id: string): Promise<void> {
    await this.#redis.zrem(keyOf(user), id).catch(() => {});
  }
}
