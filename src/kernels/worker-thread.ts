/**
 * The entry point of a worker thread: it takes tiles until the pool is stopped. Started by `thread-pool.ts`.
 *
 * If the thread fails, for example because an operation reads outside the memory, it first says why, and then sets the
 * flag that the main thread looks at. The main thread may be waiting for a tile, and gets no events until it is finished.
 */

import { workerData } from 'node:worker_threads';
import { messageOf } from '../system/message-of.ts';
import { instantiate } from './module.ts';
import type { WorkerStart } from './thread-pool.ts';

/**
 * How often a worker looks for a tile before it sleeps; about 0.1 ms. The pauses between the lists of one tick are
 * shorter.
 */
const LOOKS_BEFORE_SLEEP = 20_000;

const { module, memory, control, thread, failures } = workerData as WorkerStart;
const { functions } = instantiate(module, memory);
functions.attach(control, thread);
try {
  functions.runWorker(LOOKS_BEFORE_SLEEP);
} catch (error) {
  failures.postMessage(messageOf(error));
  functions.fail();
}
