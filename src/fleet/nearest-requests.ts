/** Asks an engine for the nearest lines of the corpus, which only engines have on their disks. */

import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Deferred, deferred } from '../service/deferred.ts';
import type { NearestLine } from '../text-index/line-index.ts';
import { within } from './deliveries.ts';
import { type NearestData, PREFIX, WRITE } from './protocol.ts';

type Nearest = readonly (NearestLine | null)[] | null;

const PATIENCE_MS = 5_000;

export class NearestRequests {
  readonly #queue: Queue;
  readonly #origin: string;
  readonly #asked = new Map<string, Deferred<Nearest>>();

  constructor(redis: Redis, origin: string) {
    this.#queue = new Queue(WRITE, { connection: redis, prefix: PREFIX, skipMetasUpdate: true });
    this.#queue.on('error', () => {});
    this.#origin = origin;
  }

  /** Null if no engine answers in time, or if they do not know the corpus. */
  async ask(lines: readonly string[]): Promise<Nearest> {
    const id = randomUUID();
    const answer = deferred<Nearest>();
    this.#asked.set(id, answer);
    try {
      const deadline = Date.now() + PATIENCE_MS;
      const data: NearestData = { needs: 1, nearest: lines, origin: this.#origin, deadline };
      await this.#queue.add('nearest', data, { jobId: id, removeOnComplete: true, removeOnFail: true });
      return (await within(answer.promise, PATIENCE_MS)) ? await answer.promise : null;
    } catch {
      return null;
    } finally {
      this.#asked.delete(id);
    }
  }

  answered(id: string, lines: unknown): void {
    this.#asked.get(id)?.resolve(lines as Nearest);
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }
}
