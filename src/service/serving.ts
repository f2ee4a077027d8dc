/** A checkpoint made ready to write: verified, uploaded, warmed up, and tried on one poem. */

import { Candidates } from '../model/candidates.ts';
import { CheckpointError, checkpointFolder, loadCheckpoint } from '../model/checkpoint.ts';
import { Decoder, DecodingError } from '../model/decoder.ts';
import { SAMPLING } from '../model/sampler.ts';
import { Stepper } from '../model/stepper.ts';
import { compilePlan } from '../poetry/compile.ts';
import { RUN_LENGTH } from '../poetry/novelty.ts';
import { summaryOf } from './catalogue.ts';
import type { CheckpointSummary } from './inference.ts';

export interface Serving {
  readonly summary: CheckpointSummary;
  readonly decoder: Decoder;
  readonly stepper: Stepper;
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
 * Loads a checkpoint by name and lets it write one poem. Leaves nothing behind on the engine where it fails.
 * Throws `CheckpointError`.
 */
export async function prepareServing(root: string, name: string, onProgress: () => void): Promise<Serving> {
  const checkpoint = await loadCheckpoint(checkpointFolder(root, name));
  onProgress();
  const stepper = await Stepper.create(checkpoint.architecture, checkpoint.parameters, onProgress);
  onProgress();
  try {
    const { runs } = checkpoint;
    const candidates = new Candidates(checkpoint.vocabulary);
    onProgress();
    const decoder = await Decoder.create({
      stepper,
      vocabulary: checkpoint.vocabulary,
      candidates,
      novelty: runs && { run: RUN_LENGTH, has: (run) => runs.hasRun(run) },
    });
    await tryOut(decoder, name, onProgress);
    return { summary: summaryOf(name, checkpoint.card), decoder, stepper };
  } catch (error) {
    stepper.dispose();
    throw error;
  }
}

async function tryOut(decoder: Decoder, name: string, onProgress: () => void): Promise<void> {
  const row = decoder.join({ plan: TRIAL, sampling: SAMPLING.free, seed: 1 });
  while (decoder.active > 0) {
    await decoder.tick();
    onProgress();
  }
  if (row.error instanceof DecodingError) {
    throw new CheckpointError(`checkpoint ${name} writes no poem: ${row.error.message}`);
  }
}
