/**
 * Writes the orders that an engine worker takes from Redis. An order that was under way when an engine died is written
 * alone. One that this engine cannot write now is put back for the others.
 */

import { trace } from '@opentelemetry/api';
import { DelayedError, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import type { EmbeddedEngine } from '../service/embedded.ts';
import { type Asker, Unavailable } from '../service/inference.ts';
import type { Logger } from '../service/inference-options.ts';
import { messageOf } from '../system/message-of.ts';
import type { EngineCounts } from './engine-counts.ts';
import type { Pace } from './pace.ts';
import type { ProcessChannel } from './process-channel.ts';
import {
  aloneKey,
  cancelledKey,
  type NearestData,
  type Outcome,
  PROTOCOL,
  type WriteData,
} from './protocol.ts';
import { SuspectGate } from './suspect-gate.ts';

/** An order that this engine cannot write now is offered to the others after this time. */
const PUT_BACK_MS = 300;
const NEWER_PUT_BACK_MS = 1_000;
const ALONE_LASTS_SECONDS = 600;

/** Why an order ends before it is written. `lost`: another engine has it now. `closing`: this process stops. */
export type EndReason = 'lost' | 'cancelled' | 'closing';

export interface OrderWriterParts {
  readonly redis: Redis;
  readonly channel: ProcessChannel;
  readonly host: EmbeddedEngine;
  /** The id of the engine. */
  readonly id: string;
  readonly pace: Pace;
  readonly counts: EngineCounts;
  readonly logger: Logger;
}

export class OrderWriter {
  readonly #parts: OrderWriterParts;
  readonly #gate = new SuspectGate();
  /** The orders under way. Aborting one ends it. */
  readonly #active = new Map<string, AbortController>();

  constructor(parts: OrderWriterParts) {
    this.#parts = parts;
  }

  /** Orders under way. */
  get running(): number {
    return this.#active.size;
  }

  /** Ends an order if it is under way. */
  end(id: string, reason: EndReason): void {
    this.#active.get(id)?.abort(reason);
  }

  /** Ends all orders under way. Returns how many there were. */
  endAll(reason: EndReason): number {
    for (const order of this.#active.values()) order.abort(reason);
    return this.#active.size;
  }

  /** Processes a job of the queue `write`. Throws BullMQ's `DelayedError` if it was put back. */
  async process(job: Job, token: string): Promise<Outcome | null> {
    const data: WriteData | NearestData = job.data;
    const { channel, host } = this.#parts;
    if (data.needs > PROTOCOL && Date.now() < data.deadline) return putBack(job, token, NEWER_PUT_BACK_MS);
    const id = job.id ?? '';
    if ('nearest' in data) {
      const lines = await host.nearest(data.nearest);
      await channel.send(data.origin, { type: 'nearest', id, lines });
      return null;
    }
    const outcome = await this.#outcome(job, token, id, data);
    if (!data.delivered) await channel.send(data.origin, { type: 'outcome', id, outcome });
    return outcome;
  }

  async #outcome(job: Job, token: string, id: string, data: WriteData): Promise<Outcome> {
    const { redis, counts, logger } = this.#parts;
    if (Date.now() >= data.deadline) return { ok: false, code: 'deadline' };
    if ((await redis.exists(cancelledKey(id))) > 0) return { ok: false, code: 'cancelled' };
    const suspect = job.stalledCounter > 0;
    if (suspect && (await redis.exists(aloneKey(id))) > 0) {
      logger.warn({ user: data.user }, 'gave up an order that ended its engine twice');
      return { ok: false, code: 'given-up' };
    }
    const stop = new AbortController();
    this.#active.set(id, stop);
    const leave = await this.#gate.enter(suspect);
    const deadline = setTimeout(() => stop.abort('deadline'), data.deadline - Date.now());
    try {
      if (suspect) {
        counts.retried++;
        await redis.set(aloneKey(id), this.#parts.id, 'EX', ALONE_LASTS_SECONDS);
      }
      return await this.#write(data, stop.signal);
    } catch (error) {
      return await this.#outcomeOf(error, stop.signal, job, token);
    } finally {
      clearTimeout(deadline);
      leave();
      this.#active.delete(id);
      if (suspect) await redis.del(aloneKey(id)).catch(() => {});
    }
  }

  async #write(data: WriteData, signal: AbortSignal): Promise<Outcome> {
    signal.throwIfAborted();
    const startedAt = Date.now();
    // The limits of the asker were kept where the order was taken.
    const asker: Asker = { user: data.user, guild: null, owner: true };
    const poem = await this.#parts.host.write(data.order, asker, { signal });
    this.#parts.pace.add(poem.ranMs);
    const waitedMs = Math.max(0, startedAt - data.askedAt) + poem.waitedMs;
    // The span is that of the job, which BullMQ began.
    trace.getActiveSpan()?.setAttributes({
      'shiren.engine': this.#parts.id,
      'shiren.checkpoint': poem.checkpoint,
      'shiren.waited_ms': waitedMs,
      'shiren.ran_ms': poem.ranMs,
    });
    return { ok: true, poem: { ...poem, waitedMs } };
  }

  /** What an order that was not written comes to. Puts it back if another engine may write it. */
  #outcomeOf(error: unknown, signal: AbortSignal, job: Job, token: string): Outcome | Promise<never> {
    if (signal.aborted) {
      if (signal.reason === 'closing') return putBack(job, token, 0);
      return { ok: false, code: signal.reason === 'deadline' ? 'deadline' : 'cancelled' };
    }
    if (error instanceof Unavailable) {
      if (error.code === 'breaker-open') return putBack(job, token, PUT_BACK_MS);
      return { ok: false, code: error.code };
    }
    this.#parts.logger.warn({ reason: messageOf(error) }, 'an order failed');
    return { ok: false, code: 'failed' };
  }
}

async function putBack(job: Job, token: string, ms: number): Promise<never> {
  await job.moveToDelayed(Date.now() + ms, token);
  throw new DelayedError();
}
