/**
 * The engine thread: it starts an engine, checks it and our kernels, loads a checkpoint, and writes poems.
 * `EngineThread` runs this file as a worker thread. It is never imported.
 */

import { parentPort, workerData } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { describeEngine, EngineError, startEngine } from '../engines/engine.ts';
import { Kernels } from '../kernels/kernels.ts';
import { checkKernels, KernelError } from '../kernels/self-check.ts';
import { loadModel } from './loaded-model.ts';
import { type Command, type EngineStart, type Reply, SharedStats } from './protocol.ts';
import { Scheduler } from './scheduler.ts';

const MEASURE_EVERY_MS = 500;

const port = parentPort;
if (!port) throw new Error('this file is run as a worker thread');
const start = workerData as EngineStart;
const pulse = new SharedStats(start.pulse);
const reply = (message: Reply) => port.postMessage(message);

try {
  const engine = await startEngine(start.engine);
  checkKernels();
  const prepare = (name: string) => loadModel(start.checkpointsRoot, name, () => pulse.add('beats', 1));
  const serving = await prepare(start.checkpoint);
  const loop = new Scheduler(serving, {
    candidates: start.candidates,
    pulse,
    prepare,
    reply,
    // Thrown out of every promise, it ends the thread, which the main thread sees.
    onFault: (error) =>
      setImmediate(() => {
        throw error;
      }),
  });
  port.on('message', (command: Command) => loop.handle(command));
  measure();
  setInterval(measure, MEASURE_EVERY_MS).unref();
  const { name, device, version } = engine;
  reply({
    type: 'ready',
    engine: { name, device, version, line: describeEngine(engine) },
    checkpoint: serving.summary,
    poemMs: serving.poemMs,
  });
} catch (error) {
  reply({
    type: 'unable',
    code: error instanceof EngineError || error instanceof KernelError ? 'engine' : 'checkpoint',
    message: error instanceof Error ? error.message : String(error),
  });
}

function measure(): void {
  const { numBytes, numTensors } = tf.memory();
  pulse.set('engineBytes', numBytes + Kernels.bytes);
  pulse.set('tensors', numTensors);
  pulse.set('heapBytes', process.memoryUsage().heapUsed);
}
