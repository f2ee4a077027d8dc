/** Opens the whole service on small random checkpoints. The engine thread runs the compiled program. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Architecture } from '../../src/model/architecture.ts';
import { openInference } from '../../src/service/embedded.ts';
import type { Asker, Inference, Order } from '../../src/service/inference.ts';
import type { InferenceOptions } from '../../src/service/inference-options.ts';
import { writeTinyCheckpoint } from '../model/tiny-checkpoint.ts';
import { poemPlan } from '../model/tiny-model.ts';

export const OWNER: Asker = { user: 'owner', guild: null, owner: true };

const WORKER = new URL('../../dist/src/service/worker.js', import.meta.url);
const FAULTY_WORKER = new URL('./fixtures/faulty-worker.mjs', import.meta.url);

export interface Fault {
  readonly kind: 'crash' | 'exit' | 'hang' | 'memory' | 'slow-disk' | 'trap' | 'wrong-kernels';
  /** The command that triggers it, or the start of the thread. */
  readonly on: 'write' | 'load' | 'start';
  /** It happens at the n-th such command. */
  readonly after: number;
  /** If given, it happens at the order with this seed instead. */
  readonly seed?: number;
  /** Whether it happens again in the next thread. */
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

export const userNamed = (user: string): Asker => ({ user, guild: null, owner: false });

export interface LogLine {
  readonly level: 'info' | 'warn';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface Served {
  readonly inference: Inference;
  readonly log: LogLine[];
  readonly root: string;
}

/** Opens the service and closes it after the test. With `fault`, the engine thread has that fault. */
export async function serve(
  options: Partial<InferenceOptions> & { readonly fault?: Fault } = {},
): Promise<Served> {
  const { fault, ...rest } = options;
  const root = rest.checkpointsRoot ?? (await checkpointsFolder());
  if (fault) await setFault(root, fault);
  const log: LogLine[] = [];
  const inference = await openInference({
    engine: 'wasm',
    checkpointsRoot: root,
    checkpoint: 'one',
    search: { candidates: 1 },
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

/** Sets the fault of the next thread; null for none. */
export async function setFault(root: string, fault: Fault | null): Promise<void> {
  const path = join(root, 'fault.json');
  if (fault) await writeFile(path, JSON.stringify(fault));
  else await rm(path, { force: true });
}

export function order(seed: number, plan = poemPlan()): Order {
  return { plan, mood: 'free', seed };
}
