/**
 * Brings outcomes to askers. Any bot may get a `deliver` job. If the bot that took the order lives, it gives the answer,
 * because it knows most about it. If it has died, this one answers in its place.
 */

import { type Job, type Telemetry, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Deferred, deferred } from '../service/deferred.ts';
import type { Logger } from '../service/inference-options.ts';
import type { KeptOrders } from './kept-orders.ts';
import type { ProcessChannel } from './process-channel.ts';
import {
  answeredKey,
  DELIVER,
  type DeliverData,
  jobKey,
  type Outcome,
  PREFIX,
  PROTOCOL,
  WRITE,
} from './protocol.ts';

/** Gives the answer of an order that another bot had taken. Throws if it must be tried again. */
export type TakeOver = (handover: unknown, outcome: Outcome) => Promise<void>;

/** A bot with a dead one's job is found as fast as a dead engine. */
const LOCK_MS = 1_500;
const LOOK_FOR_DEAD_MS = 500;
const MAX_STALLED = 1_000;
/** Outcomes are brought side by side, because each waits for Discord. */
const AT_A_TIME = 500;
/** A bot that lives says at once that it has an outcome. */
const TAKEN_MS = 2_000;
/** It may have to try for a while until Discord takes the answer. */
const ANSWERED_MS = 20_000;
const ASK_EVERY_MS = 500;
const ANSWERED_LASTS_SECONDS = 900;
/** The job of an order that a limit holds back, in case its bot dies meanwhile. */
export const HELD = 'held';

interface Asked {
  readonly taken: Deferred<void>;
  readonly answered: Deferred<void>;
}

export interface DeliveriesOptions {
  readonly redis: Redis;
  readonly connection: Redis;
  readonly channel: ProcessChannel;
  readonly orders: KeptOrders;
  /** The id of this process. */
  readonly id: string;
  readonly takeOver: TakeOver;
  readonly telemetry?: Telemetry | undefined;
  readonly logger: Logger;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #worker: Worker;
  readonly #asked = new Map<string, Asked>();
  /** Orders whose answers this process has given in the place of others. */
  takenOver = 0;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    const { telemetry } = options;
    this.#worker = new Worker(DELIVER, (job) => this.#deliver(job), {
      connection: options.connection,
      prefix: PREFIX,
      name: options.id,
      concurrency: AT_A_TIME,
      lockDuration: LOCK_MS,
      stalledInterval: LOOK_FOR_DEAD_MS,
      maxStalledCount: MAX_STALLED,
      drainDelay: 1,
      runRetryDelay: 300,
      ...(telemetry && { telemetry }),
    });
    // Connections are reported where they are opened, and a lost lock means that another bot delivers.
    this.#worker.on('error', () => {});
  }

  /** The process that took the order has the outcome (`taken`), or has given the answer. */
  heard(type: 'taken' | 'answered', id: string): void {
    this.#asked.get(id)?.[type].resolve();
  }

  async close(): Promise<void> {
    await this.#worker.close().catch(() => {});
  }

  async #deliver(job: Job<DeliverData>): Promise<void> {
    const { origin, handover, needs } = job.data;
    // Thrown, so that BullMQ offers it again; a newer bot will take it.
    if (needs > PROTOCOL) throw new Error('only a newer bot can deliver this');
    const id = job.id ?? '';
    if (job.name === HELD) {
      await this.#deliverHeld(job.data, id);
      return;
    }
    const outcome = await this.#outcomeOf(job, id);
    if (origin === this.#options.id) await this.#settle(id, outcome);
    else if (!(await this.#leaveToOrigin(origin, id, outcome))) await this.#takeOver(id, handover, outcome);
  }

  /**
   * The deadline of an order has passed that was never let through. Its own bot says so, if it lives, and removes this job.
   */
  async #deliverHeld({ origin, handover }: DeliverData, jobId: string): Promise<void> {
    const { id, channel, redis } = this.#options;
    const order = jobId.slice(HELD.length + 1);
    // Its bot let it through and died before it could remove this job.
    if ((await redis.exists(jobKey(DELIVER, order))) > 0) return;
    // Thrown, so that BullMQ offers it again: that bot may die before it answers.
    if (origin === id || (await channel.isListening(origin))) throw new Error('its own bot answers it');
    await this.#takeOver(order, handover, { ok: false, code: 'interrupted' });
  }

  async #outcomeOf(job: Job<DeliverData>, id: string): Promise<Outcome> {
    const values = await job.getChildrenValues<Outcome>();
    return values[jobKey(WRITE, id)] ?? { ok: false, code: 'failed' };
  }

  async #settle(id: string, outcome: Outcome): Promise<void> {
    const order = this.#options.orders.settle(id, outcome);
    if (order) await within(order.answered, ANSWERED_MS);
  }

  /** Hands the outcome to the process that took the order. Returns false if that process has died. */
  async #leaveToOrigin(origin: string, id: string, outcome: Outcome): Promise<boolean> {
    const { channel } = this.#options;
    const asked: Asked = { taken: deferred(), answered: deferred() };
    this.#asked.set(id, asked);
    try {
      if (!(await channel.send(origin, { type: 'deliver', id, outcome, from: this.#options.id })))
        return false;
      if (!(await within(asked.taken.promise, TAKEN_MS))) return false;
      for (let waited = 0; waited < ANSWERED_MS; waited += ASK_EVERY_MS) {
        if (await within(asked.answered.promise, ASK_EVERY_MS)) return true;
        if (!(await channel.isListening(origin))) return false;
      }
      return false;
    } finally {
      this.#asked.delete(id);
    }
  }

  async #takeOver(id: string, handover: unknown, outcome: Outcome): Promise<void> {
    const { redis, takeOver, logger } = this.#options;
    logger.info({ ok: outcome.ok }, 'answering in the place of another bot');
    await redis.set(answeredKey(id), this.#options.id, 'EX', ANSWERED_LASTS_SECONDS);
    await takeOver(handover, outcome);
    this.takenOver++;
  }
}

/** Whether a promise settles in time. */
export async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms).unref();
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  const result = await Promise.race([settled, late]);
  clearTimeout(timer);
  return result;
}
