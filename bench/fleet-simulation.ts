/**
 * `npm run simulate`: how long people wait, by the number of engines. A simulation of events: orders come at random
 * (Poisson), wait in one queue, and are written in batches whose speed was measured.
 */

import { parseArgs } from 'node:util';
import { Random } from '../src/model/random.ts';

const HELP = `npm run simulate -- [options]: how long people wait for a poem, by the number of engines

  --guilds N        servers that have the bot (10000)
  --per-hour N      poems of one server in the busiest hour (2)
  --engines LIST    numbers of engines to compare (1,2,4,8)
  --places N        poems that an engine writes at a time (16)
  --alone MS        a poem written alone (290)
  --full MS         a poem in a full batch (4000)
  --minutes N       simulated time (60)
  --seed N          of the random numbers (1)`;

/** As DEADLINE_SECONDS. */
const DEADLINE_MS = 30_000;

interface Load {
  /** Orders a millisecond. */
  readonly rate: number;
  readonly places: number;
  readonly aloneMs: number;
  readonly fullMs: number;
  readonly lengthMs: number;
}

interface Outcome {
  /** Milliseconds from order to poem, sorted. */
  readonly times: readonly number[];
  /** Orders that were not written before their deadline. */
  readonly late: number;
  /** Share of all places that were in use, on average. */
  readonly use: number;
}

/** Runs the load on a number of engines. Each takes an order from the queue as soon as it has a place. */
export function simulate(engines: number, load: Load, random: Random): Outcome {
  const { rate, places, aloneMs, fullMs, lengthMs } = load;
  const running = new Array<number>(engines).fill(0);
  const ends: { at: number; engine: number }[] = [];
  const queue: number[] = [];
  const times: number[] = [];
  let late = 0;
  let busyMs = 0;
  const begin = (now: number) => {
    while (queue.length > 0) {
      const engine = running.indexOf(Math.min(...running));
      if ((running[engine] ?? places) >= places) return;
      const askedAt = queue.shift() ?? now;
      if (now - askedAt > DEADLINE_MS) {
        late++;
        continue;
      }
      // A batch is slower the fuller it is, about linearly.
      const others = running[engine] ?? 0;
      const ranMs = aloneMs + ((fullMs - aloneMs) * others) / Math.max(1, places - 1);
      running[engine] = others + 1;
      busyMs += ranMs;
      times.push(now + ranMs - askedAt);
      const at = now + ranMs;
      const behind = ends.findIndex((end) => end.at > at);
      ends.splice(behind < 0 ? ends.length : behind, 0, { at, engine });
    }
  };
  let next = -Math.log(1 - random.uniform()) / rate;
  while (next < lengthMs) {
    const end = ends[0];
    if (end && end.at <= next) {
      ends.shift();
      running[end.engine] = (running[end.engine] ?? 1) - 1;
      begin(end.at);
    } else {
      queue.push(next);
      begin(next);
      next += -Math.log(1 - random.uniform()) / rate;
    }
  }
  late += queue.length;
  return { times: times.sort((a, b) => a - b), late, use: busyMs / (lengthMs * engines * places) };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      guilds: { type: 'string', default: '10000' },
      'per-hour': { type: 'string', default: '2' },
      engines: { type: 'string', default: '1,2,4,8' },
      places: { type: 'string', default: '16' },
      alone: { type: 'string', default: '290' },
      full: { type: 'string', default: '4000' },
      minutes: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const load = {
    rate: (Number(values.guilds) * Number(values['per-hour'])) / 3_600_000,
    places: Number(values.places),
    aloneMs: Number(values.alone),
    fullMs: Number(values.full),
    lengthMs: 60_000 * Number(values.minutes),
  };
  const capacity = (load.places / load.fullMs) * 1000;
  console.log(
    `${(1000 * load.rate).toFixed(1)} poems a second are asked for; an engine writes ${capacity.toFixed(1)}.`,
  );
  console.log('engines  median ms  p90 ms  p99 ms  late   use');
  for (const engines of values.engines.split(',').map(Number)) {
    const { times, late, use } = simulate(engines, load, new Random(Number(values.seed)));
    const at = (share: number) => String(Math.round(times[Math.floor(share * times.length)] ?? 0));
    const lost = `${((100 * late) / Math.max(1, times.length + late)).toFixed(1)} %`;
    console.log(
      [
        String(engines).padStart(7),
        at(0.5).padStart(9),
        at(0.9).padStart(6),
        at(0.99).padStart(6),
        lost.padStart(6),
        `${Math.round(100 * use)} %`.padStart(4),
      ].join('  '),
    );
  }
}

if (process.argv[1]?.endsWith('fleet-simulation.js')) main();
