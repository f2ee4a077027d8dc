/** Measures the whole service, from a plan to a poem, with a number of poets at once. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { compilePlan } from '../src/poetry/compile.ts';
import type { Asker, Inference } from '../src/service/inference.ts';

/**
 * Poets start one after another, spread over the time that a poem takes (at most this long), so that they also end one
 * after another. Each orders the next poem when it has one.
 */
const MOST_STARTING_MS = 2000;
/**
 * Poems that are finished within this time count, after all poets have started. If a poem takes long, the time is that of
 * two poems, because poets who end together would all be counted or none.
 */
const MEASURED_MS = 3000;
const MEASURED_POEMS = 2;
const WARM_UP_POEMS = 8;

/** An owner, because the limits for guests are not measured. */
const POET: Asker = { user: 'bench', guild: null, owner: true };

export interface Throughput {
  /** Poets at once. */
  readonly n: number;
  readonly poemsPerSecond: number;
  /** Milliseconds from order to poem. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Multiply-adds a second. */
  readonly arithmetic: number;
  /** Milliseconds, 99th percentile, of the main thread's event loop. */
  readonly eventLoopDelayP99: number;
}

/** Writes one 七絕 of 32 tokens. */
export async function writePoem(inference: Inference, seed: number): Promise<void> {
  const plan = compilePlan({
    kind: 'poem',
    opening: '月',
    form: 'qijue',
    title: '',
    meter: 'strict',
    rhyme: 'auto',
  });
  await inference.write({ plan, mood: 'free', seed }, POET);
}

/** Measures the service with a number of poets at once. */
export async function measureThroughput(inference: Inference, poets: number): Promise<Throughput> {
  for (let seed = 0; seed < WARM_UP_POEMS; seed++) await writePoem(inference, seed);
  const warmUpStartedAt = performance.now();
  await soak(inference, poets, poets);
  const poemMs = performance.now() - warmUpStartedAt;
  const startingMs = Math.min(poemMs, MOST_STARTING_MS);
  const times: number[] = [];
  let measuring = false;
  let ended = false;
  let seed = 0;
  const poet = async (n: number) => {
    await sleep((n * startingMs) / poets);
    while (!ended) {
      const ordered = performance.now();
      await writePoem(inference, seed++);
      if (measuring) times.push(performance.now() - ordered);
    }
  };
  const all = Promise.all(Array.from({ length: poets }, (_, n) => poet(n)));
  await sleep(startingMs);
  const before = await multiplyAdds(inference);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  measuring = true;
  await sleep(Math.max(MEASURED_MS, MEASURED_POEMS * poemMs));
  measuring = false;
  const seconds = (performance.now() - started) / 1000;
  const made = (await multiplyAdds(inference)) - before;
  delay.disable();
  ended = true;
  await all;
  return {
    n: poets,
    poemsPerSecond: times.length / seconds,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
    p99: quantile(times, 0.99),
    arithmetic: made / seconds,
    eventLoopDelayP99: delay.percentile(99) / 1e6,
  };
}

/** The smallest of the values that is greater than a share of them, from 0 to 1. NaN if there are no values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Writes a number of poems, with a number of poets at once. */
export async function soak(inference: Inference, poems: number, poets: number): Promise<void> {
  let seed = 0;
  const poet = async () => {
    while (seed < poems) await writePoem(inference, seed++);
  };
  await Promise.all(Array.from({ length: poets }, poet));
}

/** The multiply-adds that the service has counted so far. */
async function multiplyAdds(inference: Inference): Promise<number> {
  const line = /^shiren_multiply_adds_total (\S+)$/m.exec(await inference.metrics());
  return Number(line?.[1]);
}
