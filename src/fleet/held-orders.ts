/**
 * Orders that are not in the engines' queue yet, mostly because a limit of their asker holds them back. A job that fires at
 * their deadline stands for them: if their bot dies meanwhile, another one tells the asker.
 */

import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { HELD } from './deliveries.ts';
import { DELIVER_OPTIONS } from './kept-orders.ts';
import { DELIVER, type DeliverData, PREFIX } from './protocol.ts';
import { throughReconnection } from './redis.ts';

/** A shorter wait is not worth a job. The first answer waits a little longer than this for the order to be kept. */
const SOON_MS = 400;
const AFTER_DEADLINE_MS = 1_000;

export class HeldOrders {
  readonly #redis: Redis;
  readonly #queue: Queue;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#queue = new Queue(DELIVER, { connection: redis, prefix: PREFIX, skipMetasUpdate: true });
    this.#queue.on('error', () => {});
  }

  /**
   * Keeps an order from soon on, and calls `onKept` then. The result must be called when the order is in the engines' queue
   * or has ended.
   */
  hold(id: string, data: DeliverData, onKept: (() => void) | undefined): () => void {
    let keeping: Promise<unknown> | null = null;
    const jobId = `${HELD}-${id}`;
    const timer = setTimeout(() => {
      const delay = Math.max(0, data.deadline - Date.now()) + AFTER_DEADLINE_MS;
      const add = () => this.#queue.add(HELD, data, { ...DELIVER_OPTIONS, jobId, delay });
      keeping = throughReconnection(this.#redis, add)
        .then(() => onKept?.())
        .catch(() => {});
    }, SOON_MS);
    return () => {
      clearTimeout(timer);
      // One that cannot be removed now finds its bot alive, or its order answered.
      void keeping?.then(() => this.#queue.remove(jobId)).catch(() => {});
    };
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}
