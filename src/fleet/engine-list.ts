/** Which engine processes live. Each writes a report once a second, which Redis drops after three. */

import type { Redis } from 'ioredis';
import { ENGINES_KEY, type EngineReport, engineKey } from './protocol.ts';

const REPORT_EVERY_MS = 1_000;
const REPORT_LASTS_MS = 3_000;

/** Writes the report of one engine until it is stopped. */
export class EngineReporter {
  readonly #redis: Redis;
  readonly #report: () => EngineReport;
  readonly #timer: NodeJS.Timeout;

  constructor(redis: Redis, report: () => EngineReport) {
    this.#redis = redis;
    this.#report = report;
    this.#timer = setInterval(() => void this.now(), REPORT_EVERY_MS).unref();
  }

  /** Writes the report at once. Without Redis nothing happens. */
  async now(): Promise<void> {
    const report = this.#report();
    await this.#redis
      .multi()
      .sadd(ENGINES_KEY, report.id)
      .set(engineKey(report.id), JSON.stringify(report), 'PX', REPORT_LASTS_MS)
      .exec()
      .catch(() => {});
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const { id } = this.#report();
    await this.#redis
      .multi()
      .srem(ENGINES_KEY, id)
      .del(engineKey(id))
      .exec()
      .catch(() => {});
  }
}

/** The reports of the engines that live, sorted by id. Throws without Redis. */
export async function readEngines(redis: Redis): Promise<readonly EngineReport[]> {
  const ids = (await redis.smembers(ENGINES_KEY)).sort();
  if (ids.length === 0) return [];
  const texts = await redis.mget(ids.map(engineKey));
  const gone = ids.filter((_, at) => texts[at] === null);
  if (gone.length > 0) await redis.srem(ENGINES_KEY, ...gone);
  return texts.filter((text) => text !== null).map((text): EngineReport => JSON.parse(text));
}
