/** Connections to Redis or Valkey. */

import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Logger } from '../service/inference-options.ts';

/** A command that is not answered within this time has failed, for those that cannot wait. */
export const COMMAND_MS = 2_000;
/** Discord waits three seconds for a first answer, so an asker is told before that. */
const CONNECT_MS = 1_500;
/** An asker who has been told to wait can wait this long for a Redis that restarts. */
const RECONNECT_MS = 10_000;
const ATTEMPTS = 5;
const LOOK_EVERY_MS = 50;
const MAX_RETRY_MS = 1_000;

/**
 * `caller`: its commands fail at once without a connection, and after {@link COMMAND_MS} without an answer, because a
 * user waits for it. `worker`: its commands wait for the connection, as BullMQ's workers want it. `listener`: for
 * subscriptions, which are made again after a reconnection.
 */
export type ConnectionRole = 'caller' | 'worker' | 'listener';

export function openRedis(url: string, role: ConnectionRole, logger: Logger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: role !== 'caller',
    maxRetriesPerRequest: role === 'caller' ? 0 : null,
    ...(role === 'caller' ? { commandTimeout: COMMAND_MS } : {}),
    connectTimeout: COMMAND_MS,
    retryStrategy: (times) => Math.min(100 * times, MAX_RETRY_MS),
  });
  // One line for each loss of the connection, not for each attempt to get it back.
  let reported = false;
  redis.on('error', (error: Error) => {
    if (reported || role !== 'caller') return;
    reported = true;
    logger.warn({ reason: error.message || String(error) }, 'Redis cannot be reached');
  });
  redis.on('ready', () => {
    if (reported) logger.info({}, 'Redis is there again');
    reported = false;
  });
  return redis;
}

/** Whether there is a connection, at the latest after `limitMs`. A short loss of it should not be noticed. */
export async function isConnected(redis: Redis, limitMs = CONNECT_MS): Promise<boolean> {
  const until = performance.now() + limitMs;
  while (redis.status !== 'ready' && performance.now() < until) await pause(LOOK_EVERY_MS);
  return redis.status === 'ready';
}

/**
 * Repeats a command that can be repeated, if the connection was lost meanwhile and is there again within
 * {@link RECONNECT_MS}. Throws what the last attempt threw. An aborted signal ends the attempts.
 */
export async function throughReconnection<T>(
  redis: Redis,
  command: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await command();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      // A connection that was lost may not know it yet.
      await pause(LOOK_EVERY_MS);
      if (!(await isConnected(redis, RECONNECT_MS)) || signal?.aborted) throw error;
    }
  }
}

/**
 * Breaks the connection of a `caller` that answers nothing for {@link COMMAND_MS}, as after a cut of the network, so that
 * it is made anew. Returns a function that ends the watch.
 */
export function watchConnection(redis: Redis, others: readonly Redis[] = []): () => void {
  let asking = false;
  const timer = setInterval(async () => {
    if (asking || redis.status !== 'ready') return;
    asking = true;
    try {
      await redis.ping();
    } catch {
      for (const each of [redis, ...others]) if (each.status === 'ready') each.disconnect(true);
    } finally {
      asking = false;
    }
  }, 1_000).unref();
  return () => clearInterval(timer);
}
