/** The whole service on small random checkpoints, with the engine's thread out of the build. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { type InferenceOptions, openInference } from '../../src/service/embedded.ts';
import type { Asker, Inference, Order } from '../../src/service/inference.ts';
import { writeTinyCheckpoint } from '../model/tiny-checkpoint.ts';
import { poemPlan } from '../model/tiny-model.ts';

export const OWNER: Asker = { user: 'owner', guild: null, owner: true };

const WORKER = new URL('../../dist/src/service/worker.js', import.meta.url);
const FAULTY_WORKER = new URL('./fixtures/faulty-worker.mjs', import.meta.url);

export interface Fault {
  readonly kind: 'crash' | 'exit' | 'hang' | 'memory';
  /** The command at which it happens, or the thread's start. */
  readonly on: 'write' | 'load' | 'start';
  /** At the how-manieth. */
  readonly after: number;
  readonly again: boolean;
}

/** A folder of checkpoints named `one` and `two`, removed after the test. */
export async function checkpointsFolder(sizes: Partial<Architecture> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'shiren-service-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await writeTinyCheckpoint(root, 'one', { seed: 0, sizes });
  await writeTinyCheckpoint(root, 'two', { seed: 1, sizes });
  return root;
}

export interface Line {
  readonly level: 'info' | 'warn';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface Served {
  readonly inference: Inference;
  readonly log: Line[];
  readonly root: string;
}

/** Opens the service; it is closed after the test. With a fault, on the thread that has it. */
export async function serve(
  options: Partial<InferenceOptions> & { readonly fault?: Fault } = {},
): Promise<Served> {
  const { fault, ...rest } = options;
  const root = rest.checkpointsRoot ?? (await checkpointsFolder());
  if (fault) await setFault(root, fault);
  const log: Line[] = [];
  const inference = await openInference({
    engine: 'wasm',
    checkpointsRoot: root,
    checkpoint: 'one',
    candidates: 1,
    workerUrl: fault ? FAULTY_WORKER : WORKER,
    logger: {
      info: (fields, message) => log.push({ level: 'info', fields: { ...fields }, message }),
      warn: (fields, message) => log.push({ level: 'warn', fields: { ...fields }, message }),
    },
    ...rest,
  });
  onTestFinished(async () => {
    await inference.close(0);
  });
  return { inference, log, root };
}

/** What the next thread does wrong; null for nothing. */
export async function setFault(root: string, fault: Fault | null): Promise<void> {
  const path = join(root, 'fault.json');
  if (fault) await writeFile(path, JSON.stringify(fault));
  else await rm(path, { force: true });
}

export function order(seed: number, plan = poemPlan()): Order {
  return { plan, mood: 'free', seed };
}
