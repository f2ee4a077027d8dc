/** A checkpoint made ready to write: verified, uploaded, warmed up, and tried on one poem. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Candidates } from '../decoding/candidates.ts';
import { Decoder } from '../decoding/decoder.ts';
import { DecodingError } from '../decoding/row.ts';
import { SAMPLING } from '../decoding/sampler.ts';
import { Stepper } from '../decoding/stepper.ts';
import { decodingThreads } from '../kernels/helpers.ts';
import { CheckpointError, checkpointFolder, loadCheckpoint } from '../model/checkpoint.ts';
import { compilePlan } from '../poetry/compile.ts';
import { NGRAM_LENGTH } from '../text-index/ngram-filter.ts';
import { summaryOf } from './catalogue.ts';
import type { CheckpointSummary } from './inference.ts';

export interface Serving {
  readonly summary: CheckpointSummary;
  readonly decoder: Decoder;
  readonly stepper: Stepper;
  /** How long the trial poem took. */
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
 * Loads a checkpoint by name and lets it write one poem, in small pieces between which the thread's other work
 * goes on. Leaves nothing behind on the engine where it fails. Throws `CheckpointError`.
 */
export async function prepareServing(root: string, name: string, onProgress: () => void): Promise<Serving> {
  // On wasm nothing that is awaited leaves the thread, so that its turn must be given up on purpose.
  const pause = async () => {
    onProgress();
    await nextTurn();
  };
  const checkpoint = await loadCheckpoint(checkpointFolder(root, name));
  await pause();
  const stepper = await Stepper.create(checkpoint.architecture, checkpoint.parameters, {
    threads: decodingThreads(),
    onProgress: pause,
  });
  try {
    await pause();
    const { ngrams } = checkpoint;
    const candidates = new Candidates(checkpoint.vocabulary);
    await pause();
    const decoder = await Decoder.create({
      stepper,
      vocabulary: checkpoint.vocabulary,
      candidates,
      novelty: ngrams && { run: NGRAM_LENGTH, has: (run) => ngrams.has(run) },
    });
    await pause();
    const started = performance.now();
    await tryOut(decoder, name, pause);
    const poemMs = performance.now() - started;
    return { summary: summaryOf(name, checkpoint.card), decoder, stepper, poemMs };
  } catch (error) {
    stepper.dispose();
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
