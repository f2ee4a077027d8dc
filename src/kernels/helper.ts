/**
 * A thread that helps the engine's: it takes pieces of its jobs until it is let go. Run by `helpers.ts`, never imported.
 */

import { workerData } from 'node:worker_threads';
import type { HelperStart } from './helpers.ts';

/**
 * Looks for new work before a helper goes to sleep, about a tenth of a millisecond: the pauses between the programs of a
 * tick are shorter.
 */
const PATIENCE = 20_000;

const { module, memory, control, thread } = workerData as HelperStart;
const run = new WebAssembly.Instance(module, { env: { memory } }).exports as {
  attach(control: number, thread: number): void;
  help(patience: number): void;
};
run.attach(control, thread);
run.help(PATIENCE);
