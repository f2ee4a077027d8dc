/**
 * The limits of users and guilds in a fleet. While Redis does not answer, each bot keeps them by itself, so nobody waits
 * for Redis and nobody is without limits.
 */

import Bottleneck from 'bottleneck';
import type { Limits } from '../service/admission.ts';
import { type Asker, Unavailable } from '../service/inference.ts';
import { RateLimiters, type RateLimits } from '../service/rate-limiter.ts';
import {
  BottleneckRedis,
  ClusteredLimiter,
  type ClusteredLimits,
  type ClusteredPermit,
} from './clustered-limiter.ts';
import { COMMAND_MS } from './redis.ts';

const FORGET_EVERY_MS = 60_000;
/** Redis has failed if it does not answer within this time. */
const PATIENCE_MS = 1_000;

export class FleetLimits {
  readonly #limits: Limits;
  readonly #redis: BottleneckRedis;
  readonly #connection: Bottleneck.IORedisConnection;
  readonly #clustered = new Map<string, ClusteredLimiter>();
  readonly #local: { readonly user: RateLimiters; readonly guild: RateLimiters };
  readonly #timer: NodeJS.Timeout;

  constructor(url: string, limits: Limits) {
    this.#limits = limits;
    this.#redis = new BottleneckRedis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_MS,
      connectTimeout: COMMAND_MS,
      retryStrategy: (times) => Math.min(100 * times, 1_000),
    });
    this.#redis.on('error', () => {});
    // Each order that waits listens.
    this.#redis.setMaxListeners(0);
    this.#connection = new Bottleneck.IORedisConnection({ client: this.#redis });
    this.#connection.on('error', () => {});
    this.#local = {
      user: new RateLimiters(this.#rates('user')),
      guild: new RateLimiters(this.#rates('guild')),
    };
    this.#timer = setInterval(() => this.#forgetIdle(), FORGET_EVERY_MS).unref();
  }

  /**
   * Resolves when user and guild may have one more poem. Rejects with {@link Unavailable} if they have to wait beyond the
   * deadline, in Unix milliseconds, with the signal's reason if it aborts. Owners do not come here.
   */
  async pass(asker: Asker, signal: AbortSignal, deadline: number): Promise<ClusteredPermit> {
    const user = await this.#acquire('user', asker.user, signal, deadline);
    if (asker.guild === null) return user;
    try {
      const guild = await this.#acquire('guild', asker.guild, signal, deadline);
      return {
        release: (refund) => {
          guild.release(refund);
          user.release(refund);
        },
      };
    } catch (error) {
      user.release(true);
      throw error;
    }
  }

  async #acquire(
    kind: 'user' | 'guild',
    key: string,
    signal: AbortSignal,
    deadline: number,
  ): Promise<ClusteredPermit> {
    const patienceMs = deadline - Date.now();
    if (this.#redis.status === 'ready') {
      try {
        const limiter = this.#of(kind, key);
        // Bottleneck waits without end if Redis hangs. This look at Redis does not.
        const delayMs = await withinTime(limiter.delayMs());
        if (delayMs > patienceMs) throw new Unavailable(`${kind}-busy`, delayMs);
        return await this.#whileConnected(signal, (until) => limiter.acquire(until, patienceMs + COMMAND_MS));
      } catch (error) {
        if (error instanceof Unavailable || signal.aborted) throw error;
      }
    }
    const local = this.#local[kind].of(key);
    const refusal = local.refusal(patienceMs);
    if (refusal) throw refusal;
    const permit = local.request(signal);
    await permit.granted;
    return permit;
  }

  /**
   * Runs a task whose signal aborts with that of the order, and if the connection is lost: what waits in Bottleneck then
   * may wait without end.
   */
  async #whileConnected<T>(signal: AbortSignal, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const lost = new AbortController();
    const lose = () => lost.abort(new Error('the connection to Redis was lost'));
    this.#redis.once('close', lose);
    try {
      return await task(AbortSignal.any([signal, lost.signal]));
    } finally {
      this.#redis.off('close', lose);
    }
  }

  #of(kind: 'user' | 'guild', key: string): ClusteredLimiter {
    const id = `${kind}:${key}`;
    const known = this.#clustered.get(id);
    if (known) return known;
    const { perMinute, running } = this.#rates(kind);
    const limits: ClusteredLimits = { perMinute, running };
    const limiter = new ClusteredLimiter(id, limits, this.#connection, this.#redis);
    this.#clustered.set(id, limiter);
    return limiter;
  }

  #rates(kind: 'user' | 'guild'): RateLimits {
    const { userPerMinute, userRunning, userWaiting, guildPerMinute, queue } = this.#limits;
    return kind === 'user'
      ? { code: 'user-busy', perMinute: userPerMinute, running: userRunning, waiting: userWaiting }
      : { code: 'guild-busy', perMinute: guildPerMinute, running: null, waiting: queue };
  }

  #forgetIdle(): void {
    for (const [id, limiter] of this.#clustered) {
      if (limiter.inUse) continue;
      this.#clustered.delete(id);
      limiter.close().catch(() => {});
    }
  }

  close(): void {
    clearInterval(this.#timer);
    // Ends all limiters too.
    void this.#connection.disconnect(false);
  }
}

async function withinTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis does not answer')), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
