/**
 * Ends the engine thread again and again while poems are written and checkpoints are reloaded: by a crash, an exit, a
 * hang, a worker thread of the kernels that traps. Every poem must be the one that a sound engine writes.
 */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { compilePlan } from '../src/poetry/compile.ts';
import { openInference } from '../src/service/embedded.ts';
import { type Inference, LoadError, type Order, Unavailable } from '../src/service/inference.ts';
import type { InferenceOptions } from '../src/service/inference-options.ts';
import { repositoryRoot } from '../src/system/package-root.ts';
import { writeTinyCheckpoint } from '../test/model/tiny-checkpoint.ts';
import type { Attack, Tally } from './attack.ts';

const CHECKPOINTS = ['one', 'two'] as const;
const FORMS = ['wujue', 'qijue', 'wulv', 'qilv'] as const;
/** Orders at a time. */
const WRITERS = 3;
const HANG_MS = 700;
const LOAD_MS = 2000;

interface Written {
  readonly checkpoint: string;
  readonly seed: number;
  readonly text: string;
}

export const engineFaults: Attack = {
  name: 'engine faults',
  what: 'crashes, exits, hangs and traps of the engine, with reloads; every poem is the right one',
  tries: { full: 278, quick: 12 },
  async run(tally, { folder }) {
    for (const [seed, name] of CHECKPOINTS.entries()) await writeTinyCheckpoint(folder, name, { seed });
    const faulty = await open(folder, join(repositoryRoot(), 'attack', 'faulty-engine.mjs'));
    const written: Written[] = [];
    let seed = 0;
    const write = async () => {
      while (!tally.isOver) {
        const order = orderOf(++seed);
        try {
          const poem = await faulty.write(order, { user: String(order.seed), guild: null, owner: true });
          written.push({ checkpoint: poem.checkpoint, seed: poem.seed, text: poem.characters.join('') });
        } catch (error) {
          // The order happened to be in flight at two faults, the second time alone.
          if (error instanceof Unavailable && error.code === 'given-up') tally.count('given up');
          else tally.fault(`no poem with the seed ${order.seed}: ${error}`);
        }
        tally.tried = faulty.status().restarts;
      }
    };
    const reload = async () => {
      for (let n = 1; !tally.isOver; n++) {
        await sleep(200);
        try {
          const name = CHECKPOINTS[n % 2] as string;
          const served = await faulty.reload(name);
          if (served.name === name) tally.count('reloads');
          else tally.fault(`asked for ${name}, and ${served.name} was loaded`);
        } catch (error) {
          if (error instanceof LoadError) tally.count('reloads refused');
          else tally.fault(`a reload failed: ${error}`);
        }
      }
    };
    await Promise.all([...Array.from({ length: WRITERS }, write), reload()]);
    const breaker = /^shiren_breaker_open (\d)/m.exec(await faulty.metrics())?.[1];
    if (breaker !== '0') tally.fault('the breaker is open at the end');
    await faulty.close(0);
    await compare(tally, folder, written);
  },
};

function orderOf(seed: number): Order {
  const form = FORMS[seed % FORMS.length] as (typeof FORMS)[number];
  const request = { kind: 'poem', opening: '月', form, title: '', meter: 'strict', rhyme: 'auto' } as const;
  return { plan: compilePlan(request), mood: 'free', seed };
}

/** Has a sound engine write the same poems. */
async function compare(tally: Tally, folder: string, written: readonly Written[]): Promise<void> {
  const sound = await open(folder);
  const asker = { user: 'sound', guild: null, owner: true };
  for (const name of CHECKPOINTS) {
    await sound.reload(name);
    for (const { checkpoint, seed, text } of written) {
      if (checkpoint !== name) continue;
      const { characters } = await sound.write(orderOf(seed), asker);
      if (characters.join('') === text) tally.count('right poems');
      else tally.fault(`${name} wrote another poem with the seed ${seed}`);
    }
  }
  await sound.close(0);
}

function open(checkpointsRoot: string, worker?: string): Promise<Inference> {
  const options: InferenceOptions = {
    engine: 'wasm',
    checkpointsRoot,
    checkpoint: 'one',
    search: { candidates: 2, kept: 1 },
    limits: { deadlineMs: 120_000 },
    // Without a breaker, because the faults come much more often than it allows.
    recovery: { hangMs: HANG_MS, loadMs: LOAD_MS, crashes: Number.POSITIVE_INFINITY },
    logger: { info: () => {}, warn: () => {} },
    ...(worker === undefined ? {} : { workerUrl: pathToFileURL(worker) }),
  };
  return openInference(options);
}
