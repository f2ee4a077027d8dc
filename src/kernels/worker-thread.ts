/** The entry point of a worker thread: it takes tiles until the pool is stopped. Started by `worker-keeper.ts`. */

import { workerData } from 'node:worker_threads';
import { instantiate } from './module.ts';
import type { WorkerStart } from './thread-pool.ts';

/**
 * How often a worker looks for a tile before it sleeps; about 0.1 ms. The pauses between the lists of one tick are
 * shorter.
 */
const LOOKS_BEFORE_SLEEP = 20_000;

const { module, memory, control, thread } = workerData as WorkerStart;
const { functions } = instantiate(module, memory);
functions.attach(control, thread);
functions.runWorker(LOOKS_BEFORE_SLEEP);
