/** Poems through the whole service: from the request's plan to the poem, by so many poets at once. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { compilePlan } from '../src/poetry/compile.ts';
import type { Asker, Inference } from '../src/service/inference.ts';

/**
 * Poets come one after another, spread over the time that a poem takes among so many, so that they end one after another
 * too; each orders the next poem as soon as it has one. Measured is what is written in so long, once they all are there;
 * what is under way at the end is waited for, and not counted.
 */
const MOST_COMING_MS = 2000;
const MEASURED_MS = 3000;
const WARM_UP_POEMS = 8;

/** The limits are for guests; the benchmark measures the engine behind them. */
const POET: Asker = { user: 'bench', guild: null, owner: true };

export interface Throughput {
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

/** One 七絕 of 32 tokens. */
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

export async function measureThroughput(inference: Inference, poets: number): Promise<Throughput> {
  for (let seed = 0; seed < WARM_UP_POEMS; seed++) await writePoem(inference, seed);
  const warmingUp = performance.now();
  await soak(inference, poets, poets);
  const comingMs = Math.min(performance.now() - warmingUp, MOST_COMING_MS);
  const times: number[] = [];
  let measuring = false;
  let ended = false;
  let seed = 0;
  const poet = async (n: number) => {
    await sleep((n * comingMs) / poets);
    while (!ended) {
      const ordered = performance.now();
      await writePoem(inference, seed++);
      if (measuring) times.push(performance.now() - ordered);
    }
  };
  const all = Promise.all(Array.from({ length: poets }, (_, n) => poet(n)));
  await sleep(comingMs);
  const before = await multiplyAdds(inference);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  measuring = true;
  await sleep(MEASURED_MS);
  measuring = false;
  const seconds = (performance.now() - started) / 1000;
  const made = (await multiplyAdds(inference)) - before;
  delay.disable();
  ended = true;
  await all;
  times.sort((a, b) => a - b);
  const percentile = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN;
  return {
    n: poets,
    poemsPerSecond: times.length / seconds,
    p50: percentile(0.5),
    p95: percentile(0.95),
    p99: percentile(0.99),
    arithmetic: made / seconds,
    eventLoopDelayP99: delay.percentile(99) / 1e6,
  };
}

/** Writes many poems, so many at a time. */
export async function soak(inference: Inference, poems: number, poets: number): Promise<void> {
  let seed = 0;
  const poet = async () => {
    while (seed < poems) await writePoem(inference, seed++);
  };
  await Promise.all(Array.from({ length: poets }, poet));
}

async function multiplyAdds(inference: Inference): Promise<number> {
  const line = /^shiren_multiply_adds_total (\S+)$/m.exec(await inference.metrics());
  return Number(line?.[1]);
}
