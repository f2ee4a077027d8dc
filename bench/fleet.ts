/**
 * `npm run bench:fleet`: what an order costs on its way through Redis, and how many poems the engines write. It needs
 * REDIS_URL and engines that run (`npm run engine`). With --embedded it asks the engine of its own process instead.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openFleet } from '../src/fleet/fleet-inference.ts';
import { checkpointsRoot } from '../src/model/checkpoint.ts';
import { compilePlan } from '../src/poetry/compile.ts';
import { openInference } from '../src/service/embedded.ts';
import type { Inference } from '../src/service/inference.ts';

const LIMITS = { userPerMinute: 100_000, userRunning: 1_000, guildPerMinute: 1_000_000, deadlineMs: 120_000 };
const LOGGER = { info: () => {}, warn: (fields: object, message: string) => console.error(message, fields) };

const PLAN = compilePlan({
  kind: 'poem',
  opening: '月',
  form: 'qijue',
  title: '',
  meter: 'strict',
  rhyme: 'auto',
});

async function open(embedded: boolean, checkpoint: string, candidates: number): Promise<Inference> {
  if (embedded) {
    const search = { candidates, kept: Math.min(4, candidates) };
    const root = checkpointsRoot();
    return openInference({
      engine: 'wasm',
      checkpointsRoot: root,
      checkpoint,
      search,
      limits: LIMITS,
      logger: LOGGER,
    });
  }
  const redisUrl = process.env.REDIS_URL;
  if (!redisUrl) throw new Error('REDIS_URL is needed, as in redis://127.0.0.1:6379');
  const fleet = openFleet({ redisUrl, checkpoint, limits: LIMITS, logger: LOGGER });
  fleet.deliver(async () => {});
  while (fleet.notReady !== null) await pause(100);
  return fleet;
}

const { values } = parseArgs({
  options: {
    embedded: { type: 'boolean', default: false },
    checkpoint: { type: 'string', default: 'tang' },
    candidates: { type: 'string', default: '16' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    burst: { type: 'string', default: '128' },
  },
});
const inference = await open(values.embedded, values.checkpoint, Number(values.candidates));
let seed = 0;

/** Milliseconds of one order: all of it, and without its time in the batch. */
async function one(): Promise<{ readonly all: number; readonly way: number }> {
  const startedAt = performance.now();
  const asker = { user: `user${seed % 100}`, guild: `guild${seed % 10}`, owner: false };
  // A handover makes a flow of two jobs, as on Discord.
  const { ranMs } = await inference.write({ plan: PLAN, mood: 'free', seed: seed++ }, asker, {
    handover: {},
  });
  const all = performance.now() - startedAt;
  return { all, way: all - ranMs };
}

const quantile = (times: readonly number[], share: number) =>
  (times.toSorted((a, b) => a - b)[Math.floor(share * times.length)] ?? 0).toFixed(1);

await Promise.all(Array.from({ length: 100 }, one));
const orders: ReturnType<typeof one>[] = [];
const count = Number(values.rate) * Number(values.seconds);
const startedAt = performance.now();
for (let i = 0; i < count; i++) {
  await pause(Math.max(0, startedAt + (1000 * i) / Number(values.rate) - performance.now()));
  orders.push(one());
}
const times = await Promise.all(orders);
const all = times.map((time) => time.all);
const way = times.map((time) => time.way);
console.log(
  `${values.rate} a second: ${quantile(all, 0.5)} ms at the median, ${quantile(all, 0.99)} at p99; outside the batch ${quantile(way, 0.5)} and ${quantile(way, 0.99)}`,
);
const burstAt = performance.now();
const burst = Number(values.burst);
await Promise.all(Array.from({ length: burst }, one));
console.log(
  `${burst} at once: ${((1000 * burst) / (performance.now() - burstAt)).toFixed(1)} poems a second`,
);
await inference.close(0);
process.exit(0);
