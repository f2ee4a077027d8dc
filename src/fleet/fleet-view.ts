/** What a bot knows of the fleet, looked at once a second: its engines, their checkpoints, and the queue. */

import type { Redis } from 'ioredis';
import type { CheckpointSummary } from '../service/inference.ts';
import { readEngines } from './engine-list.ts';
import { type EngineReport, jobKey, WRITE } from './protocol.ts';

const LOOK_EVERY_MS = 1_000;

export class FleetView {
  readonly #redis: Redis;
  readonly #timer: NodeJS.Timeout;
  engines: readonly EngineReport[] = [];
  /** Orders that no engine has taken. */
  waiting = 0;

  constructor(redis: Redis) {
    this.#redis = redis;
    redis.on('ready', () => void this.look());
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
  }

  /** Never throws. Without Redis no engine is seen. */
  async look(): Promise<void> {
    try {
      this.engines = await readEngines(this.#redis);
      const [waiting, privileged] = await Promise.all([
        this.#redis.zcard(jobKey(WRITE, 'prioritized')),
        this.#redis.llen(jobKey(WRITE, 'wait')),
      ]);
      this.waiting = waiting + privileged;
    } catch {
      this.engines = [];
      this.waiting = 0;
    }
  }

  /** Milliseconds until a place of the queue is written, 1 is next; null if no engine has written anything yet. */
  expectedMs(place: number): number | null {
    const places = this.engines.reduce((sum, engine) => sum + engine.places, 0);
    if (places === 0) return null;
    const times = this.engines.map(({ meanRunMs, aloneMs }) => meanRunMs ?? aloneMs);
    const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
    return Math.ceil(Math.ceil(place / places) * mean);
  }

  /** The checkpoints that every engine has, sorted by name. */
  checkpoints(): readonly CheckpointSummary[] {
    const [first, ...others] = this.engines;
    return (first?.catalogue ?? []).filter(({ name }) =>
      others.every(({ catalogue }) => catalogue.some((other) => other.name === name)),
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
