/**
 * Which engine computes. TensorFlow.js is the same everywhere; what differs is the backend under it, and each
 * thread has its own. This module knows nothing of networks.
 */

import * as tf from '@tensorflow/tfjs-core';
import { OperatorError } from '../system/operator-error.ts';
import { type Candidate, type EngineName, EngineUnavailable, type StartedEngine } from './candidate.ts';
import { cpu } from './cpu.ts';
import { checkEngine } from './self-check.ts';
import { tensorflow } from './tensorflow.ts';
import { wasm } from './wasm.ts';
import { webgpu } from './webgpu.ts';

export type { EngineName } from './candidate.ts';
export type EngineChoice = 'auto' | EngineName;

/** The order in which `auto` tries. */
const CANDIDATES: readonly Candidate[] = [tensorflow, webgpu, wasm, cpu];

export const ENGINE_CHOICES: readonly EngineChoice[] = ['auto', ...CANDIDATES.map(({ name }) => name)];

export interface EngineInfo extends StartedEngine {
  readonly name: EngineName;
  /** For each engine that was tried before this one, why it was not taken. */
  readonly notes: readonly string[];
}

/** No engine runs, or not the one that was asked for; the message names the command that would install it. */
export class EngineError extends OperatorError {
  override readonly name = 'EngineError';
}

/**
 * Starts an engine in this thread: `auto` takes the first of TensorFlow, WebGPU, wasm and cpu that starts and
 * computes what it should. Throws {@link EngineError}.
 */
export async function startEngine(
  choice: EngineChoice,
  candidates: readonly Candidate[] = CANDIDATES,
): Promise<EngineInfo> {
  // Otherwise the cpu backend, which others fall back on for small sums, greets with a banner.
  tf.enableProdMode();
  const notes: string[] = [];
  for (const candidate of candidates) {
    const byName = candidate.name === choice;
    if (!byName && choice !== 'auto') continue;
    try {
      const started = await candidate.start(byName);
      await checkEngine();
      return { name: candidate.name, ...started, notes };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (byName) {
        const remedy = error instanceof EngineUnavailable && error.remedy !== null ? `; ${error.remedy}` : '';
        throw new EngineError(`The ${candidate.name} engine is not available: ${reason}${remedy}`, {
          cause: error,
        });
      }
      notes.push(`${candidate.name}: ${reason}`);
    }
  }
  if (choice !== 'auto') {
    throw new EngineError(`There is no engine named ${choice}; there are ${ENGINE_CHOICES.join(', ')}`);
  }
  throw new EngineError(`No engine runs here: ${notes.join('; ')}`);
}

/** One line for the log: which engine, on what, and why not the ones before it. */
export function describeEngine({ name, device, version, notes }: EngineInfo): string {
  const others = notes.length === 0 ? '' : `; not taken: ${notes.join('; ')}`;
  return `engine ${name} ${version} on ${device}${others}`;
}
