/**
 * The orders of this process that are kept in Redis: puts them there, again if Redis has lost them, and notes how long
 * they wait.
 */

import { FlowProducer, type JobsOptions, Queue, type Telemetry } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Deferred, deferred } from '../service/deferred.ts';
import type { Wait } from '../service/ticket.ts';
import {
  CANCEL_CHANNEL,
  cancelledKey,
  DELIVER,
  type DeliverData,
  jobKey,
  type Outcome,
  PREFIX,
  WRITE,
  type WriteData,
} from './protocol.ts';
import { throughReconnection } from './redis.ts';

const LOOK_EVERY_MS = 1_000;
const CANCELLED_LASTS_SECONDS = 600;

/** Finished jobs are kept for a while, so that an order that is put again is not written again. */
const KEPT: JobsOptions = {
  removeOnComplete: { age: 60, count: 1_000 },
  removeOnFail: { age: 3_600, count: 1_000 },
};
const WRITE_OPTIONS: JobsOptions = {
  ...KEPT,
  attempts: 10,
  backoff: { type: 'fixed', delay: 300 },
  ignoreDependencyOnFailure: true,
};
export const DELIVER_OPTIONS: JobsOptions = {
  ...KEPT,
  attempts: 8,
  backoff: { type: 'exponential', delay: 500 },
};

export interface KeptOrder {
  readonly id: string;
  readonly write: WriteData;
  /** Null if no other process could answer it. */
  readonly deliver: DeliverData | null;
  /** 1 is first. Owners have 0, which is before all others. */
  readonly priority: number;
  /** Resolves when the asker has the answer. */
  readonly answered: Promise<unknown>;
}

interface Entry {
  readonly order: KeptOrder;
  readonly outcome: Deferred<Outcome>;
  /** Null once an engine has the order. */
  wait: Wait | null;
}

export class KeptOrders {
  readonly #redis: Redis;
  readonly #flows: FlowProducer;
  readonly #queue: Queue;
  readonly #expectedMs: (place: number) => number | null;
  readonly #entries = new Map<string, Entry>();
  readonly #timer: NodeJS.Timeout;

  /** `expectedMs` estimates how long a place in the queue waits. */
  constructor(redis: Redis, expectedMs: (place: number) => number | null, telemetry?: Telemetry) {
    this.#redis = redis;
    this.#expectedMs = expectedMs;
    const options = { connection: redis, prefix: PREFIX, ...(telemetry && { telemetry }) };
    this.#flows = new FlowProducer(options);
    this.#queue = new Queue(WRITE, { ...options, skipMetasUpdate: true });
    // Connections are reported where they are opened.
    this.#flows.on('error', () => {});
    this.#queue.on('error', () => {});
    redis.on('ready', () => void this.#putAllAgain());
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS).unref();
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  get(id: string): KeptOrder | null {
    return this.#entries.get(id)?.order ?? null;
  }

  waitOf(id: string): Wait | null {
    return this.#entries.get(id)?.wait ?? null;
  }

  /** Orders that no engine has taken. Throws without Redis. */
  async waiting(): Promise<number> {
    return await this.#queue.getJobCountByTypes('waiting', 'prioritized', 'delayed');
  }

  /**
   * Puts an order into Redis. The inner promise resolves with its outcome. Throws without Redis, and if the signal has
   * aborted before the order is there; the order is cancelled then.
   */
  async put(order: KeptOrder, signal: AbortSignal): Promise<{ readonly outcome: Promise<Outcome> }> {
    const entry: Entry = { order, outcome: deferred(), wait: null };
    this.#entries.set(order.id, entry);
    try {
      await throughReconnection(this.#redis, () => this.#add(order), signal);
      signal.throwIfAborted();
    } catch (error) {
      this.#entries.delete(order.id);
      // The command may have arrived although its answer has not.
      void this.cancel(order.id);
      throw error;
    }
    return { outcome: entry.outcome.promise };
  }

  /** Settles an order. Returns it, or null if it is not kept any more. */
  settle(id: string, outcome: Outcome): KeptOrder | null {
    const entry = this.#entries.get(id);
    if (!entry) return null;
    entry.outcome.resolve(outcome);
    return entry.order;
  }

  forget(id: string): void {
    this.#entries.delete(id);
  }

  /** Tells the engines not to write an order. */
  async cancel(id: string): Promise<void> {
    await this.#redis
      .multi()
      .set(cancelledKey(id), '1', 'EX', CANCELLED_LASTS_SECONDS)
      .publish(CANCEL_CHANNEL, id)
      .exec()
      .catch(() => {});
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.allSettled([this.#flows.close(), this.#queue.close()]);
  }

  /** Adds the jobs of an order. Jobs that are there already stay as they are. */
  async #add({ id, write, deliver, priority }: KeptOrder): Promise<void> {
    if (this.#redis.status !== 'ready') throw new Error('Redis is not connected');
    const opts = { ...WRITE_OPTIONS, jobId: id, ...(priority > 0 ? { priority } : {}) };
    if (deliver === null) {
      await this.#queue.add(WRITE, write, opts);
      return;
    }
    await this.#flows.add({
      name: DELIVER,
      queueName: DELIVER,
      data: deliver,
      opts: { ...DELIVER_OPTIONS, jobId: id },
      children: [{ name: WRITE, queueName: WRITE, data: write, opts }],
    });
  }

  /** Redis was away. Without append-only files it has lost orders; with them, those of the last second. */
  async #putAllAgain(): Promise<void> {
    const entries = [...this.#entries.values()];
    await Promise.all(entries.map(({ order }) => this.#add(order).catch(() => {})));
  }

  /** Looks at all orders in one go: where they are in the queue, and whether Redis still has them. */
  async #look(): Promise<void> {
    const entries = [...this.#entries.values()];
    if (entries.length === 0 || this.#redis.status !== 'ready') return;
    const first = this.#redis.pipeline();
    for (const { order } of entries) {
      const { id, deliver } = order;
      first.zrank(jobKey(WRITE, 'prioritized'), id);
      first.lpos(jobKey(WRITE, 'wait'), id);
      first.hget(jobKey(WRITE, id), 'returnvalue');
      first.exists(jobKey(deliver === null ? WRITE : DELIVER, id));
    }
    const replies = (await first.exec().catch(() => null))?.map(([, reply]) => reply);
    if (!replies) return;
    for (const [at, entry] of entries.entries()) {
      const [rank, fromEnd, returned, exists] = replies.slice(4 * at, 4 * at + 4);
      this.#note(entry, rank ?? fromEnd);
      // The message with the outcome may have been lost with the connection.
      if (entry.order.deliver === null && typeof returned === 'string') {
        entry.outcome.resolve(JSON.parse(returned));
      } else if (exists === 0 && this.#entries.has(entry.order.id)) {
        await this.#add(entry.order).catch(() => {});
      }
    }
  }

  #note(entry: Entry, rank: unknown): void {
    const place = typeof rank === 'number' ? rank + 1 : null;
    entry.wait = place === null ? null : { place, expectedMs: this.#expectedMs(place) };
  }
}
