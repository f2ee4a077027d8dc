/**
 * The engine thread: it starts an engine, checks it and our kernels, loads a checkpoint, and writes poems.
 * `EngineThread` runs this file as a worker thread. It is never imported.
 */

import { parentPort, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { describeEngine, EngineError, startEngine } from '../engines/engine.ts';
import { kernelBytesInUse } from '../kernels/memory.ts';
import { checkKernels, KernelError } from '../kernels/self-check.ts';
import { messageOf } from '../system/message-of.ts';
import { loadModel } from './loaded-model.ts';
import type { EngineCommand, EngineMessage, EngineStart } from './protocol.ts';
import { Scheduler } from './scheduler.ts';
import { SharedStats } from './shared-stats.ts';

const MEASURE_EVERY_MS = 500;

const port = parentPort;
if (!port) throw new Error('this file is run as a worker thread');
const start: EngineStart = workerData;
const stats = new SharedStats(start.stats);
const send = (message: EngineMessage) => port.postMessage(message);

try {
  const engine = await startEngine(start.engine);
  checkKernels();
  const load = (name: string) => loadModel(start.checkpointsRoot, name, () => stats.add('beats', 1));
  const model = await load(start.checkpoint);
  const { search } = start;
  const scheduler = new Scheduler(model, { search, stats, load, send, onFault: endThread });
  port.on('message', (command: EngineCommand) => scheduler.handle(command));
  measureMemory();
  setInterval(measureMemory, MEASURE_EVERY_MS).unref();
  const { name, device, version } = engine;
  send({
    type: 'ready',
    engine: { name, device, version, line: describeEngine(engine) },
    checkpoint: model.summary,
    poemMs: model.poemMs,
  });
} catch (error) {
  send({
    type: 'unable',
    code: error instanceof EngineError || error instanceof KernelError ? 'engine' : 'checkpoint',
    message: messageOf(error),
  });
}

/** Throws outside of all promises, which ends the thread with this error. */
function endThread(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

function measureMemory(): void {
  const { numBytes, numTensors } = tf.memory();
  stats.set('engineBytes', numBytes + kernelBytesInUse());
  stats.set('tensors', numTensors);
  stats.set('heapBytes', process.memoryUsage().heapUsed);
}
