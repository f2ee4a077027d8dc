/** What one user or guild may have: so many poems a minute, so many at a time, and so many that wait for that. */

import Bottleneck from 'bottleneck';
import { Unavailable } from './inference.ts';
import type { Turn } from './ticket.ts';

export interface QuotaLimits {
  /** What is said to who is refused. */
  readonly code: 'user-busy' | 'guild-busy';
  readonly perMinute: number;
  /** At a time; null for as many as there are. */
  readonly running: number | null;
  /** More are refused. */
  readonly waiting: number;
}

const MINUTE_MS = 60_000;

/**
 * Bottleneck starts the orders, in turn. It cannot take a job back out of its queue nor foretell when it will
 * start one, so who waits is counted here, and the minutes are, too.
 */
export class Quota {
  readonly #limits: QuotaLimits;
  readonly #limiter: Bottleneck;
  /** In the order of their coming. */
  readonly #waiting = new Set<object>();
  #running = 0;
  /** Poems begun in this minute. */
  #spent = 0;
  #refillAt = performance.now() + MINUTE_MS;

  /** `onIdle` is called when a minute ends in which nothing is left to remember; the quota is then not to be used. */
  constructor(limits: QuotaLimits, onIdle: () => void) {
    this.#limits = limits;
    this.#limiter = new Bottleneck({ reservoir: limits.perMinute, maxConcurrent: limits.running });
    const minutes = setInterval(() => {
      if (this.#waiting.size + this.#running === 0) {
        clearInterval(minutes);
        onIdle();
      } else this.#refill();
    }, MINUTE_MS).unref();
  }

  /** Why an order that has `patienceMs` left would be refused now; null where it would not. */
  refusal(patienceMs: number): Unavailable | null {
    const { code, perMinute, running, waiting } = this.#limits;
    const holdMs = this.#holdMs(this.#waiting.size);
    const free = Math.min(perMinute - this.#spent, running === null ? perMinute : running - this.#running);
    if (holdMs <= patienceMs && this.#waiting.size < waiting + Math.max(0, free)) return null;
    return new Unavailable(code, holdMs > 0 ? holdMs : null);
  }

  /**
   * Runs `task` in turn. An order whose signal aborts before gives its place and its poem back; so does one that comes to
   * nothing, unless the asker cancelled it: the work was begun for nothing.
   */
  join<T>(signal: AbortSignal, task: () => Promise<T>): Turn<T> {
    const order = {};
    this.#waiting.add(order);
    const done = new Promise<T>((resolve, reject) => {
      const quit = () => {
        this.#waiting.delete(order);
        reject(signal.reason);
      };
      if (signal.aborted) quit();
      else signal.addEventListener('abort', quit, { once: true });
      const run = async () => {
        signal.removeEventListener('abort', quit);
        if (!this.#waiting.delete(order)) {
          await this.#limiter.incrementReservoir(1);
          return;
        }
        this.#spent++;
        this.#running++;
        const minute = this.#refillAt;
        try {
          resolve(await task());
        } catch (error) {
          reject(error);
          const cancelled = error instanceof Unavailable && error.code === 'cancelled';
          if (!cancelled && minute === this.#refillAt) {
            this.#spent--;
            await this.#limiter.incrementReservoir(1);
          }
        } finally {
          this.#running--;
        }
      };
      this.#limiter.schedule(run).catch(reject);
    });
    return { done, wait: () => this.#waitOf(order) };
  }

  #waitOf(order: object): ReturnType<Turn<unknown>['wait']> {
    if (!this.#waiting.has(order)) return null;
    const holdMs = this.#holdMs([...this.#waiting].indexOf(order));
    // Behind the asker's own running poems, nobody can tell.
    return { place: null, expectedMs: holdMs > 0 ? holdMs : null };
  }

  /** Milliseconds until the minute in which an order with so many before it may begin; 0 for this one. */
  #holdMs(ahead: number): number {
    const minutes = Math.floor((this.#spent + ahead) / this.#limits.perMinute);
    if (minutes === 0) return 0;
    return Math.max(1, Math.ceil(this.#refillAt - performance.now() + (minutes - 1) * MINUTE_MS));
  }

  #refill(): void {
    this.#spent = 0;
    this.#refillAt = performance.now() + MINUTE_MS;
    void this.#limiter.updateSettings({ reservoir: this.#limits.perMinute });
  }
}

/** A quota of the same limits for each of many, kept for as long as there is anything to remember of it. */
export class Quotas {
  readonly #limits: QuotaLimits;
  readonly #byKey = new Map<string, Quota>();

  constructor(limits: QuotaLimits) {
    this.#limits = limits;
  }

  of(key: string): Quota {
    const known = this.#byKey.get(key);
    if (known) return known;
    const quota = new Quota(this.#limits, () => this.#byKey.delete(key));
    this.#byKey.set(key, quota);
    return quota;
  }
}
