/**
 * Starts the engine that computes. The program uses TensorFlow.js everywhere; an engine is one of its backends.
 * Each thread has its own engine. This file knows nothing of networks.
 */

import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../system/message-of.ts';
import { OperatorError } from '../system/operator-error.ts';
import { cpu } from './cpu.ts';
import { type EngineBackend, EngineUnavailable, type StartedEngine } from './engine-backend.ts';
import { ENGINE_CHOICES, ENGINE_NAMES, type EngineChoice, type EngineName } from './names.ts';
import { checkEngine } from './self-check.ts';
import { tensorflow } from './tensorflow.ts';
import { wasm } from './wasm.ts';
import { webgpu } from './webgpu.ts';

const BACKEND_BY_NAME: { readonly [name in EngineName]: EngineBackend } = { tensorflow, webgpu, wasm, cpu };
const BACKENDS = ENGINE_NAMES.map((name) => BACKEND_BY_NAME[name]);

export interface EngineInfo extends StartedEngine {
  readonly name: EngineName;
  /** For each engine that was tried before this one, why it was not taken. */
  readonly notes: readonly string[];
}

/** No engine runs, or not the one that was asked for. The message names the command that would install it. */
export class EngineError extends OperatorError {
  override readonly name = 'EngineError';
}

/**
 * Starts an engine in this thread. `auto` takes the first backend that starts and passes the self-check.
 * Throws {@link EngineError}.
 */
export async function startEngine(
  choice: EngineChoice,
  backends: readonly EngineBackend[] = BACKENDS,
): Promise<EngineInfo> {
  // In production mode the cpu backend prints no banner. Other backends use it for small operations.
  tf.enableProdMode();
  if (choice === 'auto') return startFirst(backends);
  const backend = backends.find(({ name }) => name === choice);
  if (!backend) {
    throw new EngineError(`There is no engine named ${choice}; there are ${ENGINE_CHOICES.join(', ')}`);
  }
  try {
    return { ...(await startAndCheck(backend, true)), notes: [] };
  } catch (error) {
    const remedy = error instanceof EngineUnavailable && error.remedy !== null ? `; ${error.remedy}` : '';
    throw new EngineError(`The ${choice} engine is not available: ${messageOf(error)}${remedy}`, {
      cause: error,
    });
  }
}

async function startFirst(backends: readonly EngineBackend[]): Promise<EngineInfo> {
  const notes: string[] = [];
  for (const backend of backends) {
    try {
      return { ...(await startAndCheck(backend, false)), notes };
    } catch (error) {
      notes.push(`${backend.name}: ${messageOf(error)}`);
    }
  }
  throw new EngineError(`No engine runs here: ${notes.join('; ')}`);
}

async function startAndCheck(backend: EngineBackend, byName: boolean) {
  const started = await backend.start(byName);
  await checkEngine();
  return { name: backend.name, ...started };
}

/** One line for the log: which engine runs, on which device, and why the engines before it were not taken. */
export function describeEngine({ name, device, version, notes }: EngineInfo): string {
  const others = notes.length === 0 ? '' : `; not taken: ${notes.join('; ')}`;
  return `engine ${name} ${version} on ${device}${others}`;
}
