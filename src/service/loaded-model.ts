/** Loads a checkpoint on this thread's engine and tries it on one poem. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Decoder } from '../decoding/decoder.ts';
import { openDecoder } from '../decoding/open-decoder.ts';
import { DecodingError } from '../decoding/row.ts';
import { SAMPLING } from '../decoding/sampling.ts';
import { CheckpointError, checkpointFolder, loadCheckpoint } from '../model/checkpoint.ts';
import { compilePlan } from '../poetry/compile.ts';
import { summaryOf } from './catalogue.ts';
import type { CheckpointSummary } from './inference.ts';

export interface LoadedModel {
  readonly summary: CheckpointSummary;
  readonly decoder: Decoder;
  /** Milliseconds that the trial poem took. */
  readonly poemMs: number;
}

const TRIAL = compilePlan({
  kind: 'poem',
  opening: '月',
  form: 'qijue',
  title: '',
  meter: 'none',
  rhyme: 'auto',
});

/**
 * Loads a checkpoint by name and writes one poem with it. The work is done in small steps, and other work of the thread
 * runs between them. `onProgress` is called after each step. If it fails, all memory on the engine is freed. Throws
 * `CheckpointError`.
 */
export async function loadModel(root: string, name: string, onProgress: () => void): Promise<LoadedModel> {
  // On wasm no awaited operation yields to the event loop, so each step does it explicitly.
  const pause = async () => {
    onProgress();
    await nextTurn();
  };
  const checkpoint = await loadCheckpoint(checkpointFolder(root, name));
  await pause();
  const decoder = await openDecoder(checkpoint, { onProgress: pause });
  try {
    await pause();
    const started = performance.now();
    await tryOut(decoder, name, pause);
    const poemMs = performance.now() - started;
    return { summary: summaryOf(name, checkpoint.card), decoder, poemMs };
  } catch (error) {
    decoder.dispose();
    throw error;
  }
}

async function tryOut(decoder: Decoder, name: string, pause: () => Promise<void>): Promise<void> {
  const row = decoder.join({ plan: TRIAL, sampling: SAMPLING.free, seed: 1 });
  while (decoder.active > 0) {
    await decoder.tick();
    await pause();
  }
  if (row.error instanceof DecodingError) {
    throw new CheckpointError(`checkpoint ${name} writes no poem: ${row.error.message}`);
  }
}
