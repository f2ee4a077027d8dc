/** Writing poems to plans by the hundred, in full batches and without a service: for measurements. */

import { Candidates } from '../decoding/candidates.ts';
import { Decoder } from '../decoding/decoder.ts';
import { best, seedOf } from '../decoding/ranking.ts';
import type { Row } from '../decoding/row.ts';
import { SAMPLING } from '../decoding/sampler.ts';
import { Stepper } from '../decoding/stepper.ts';
import type { Checkpoint } from '../model/checkpoint.ts';
import type { VersePlan } from '../poetry/plan.ts';
import type { Mood } from '../poetry/request.ts';
import { RUN_LENGTH } from '../text-index/ngram-filter.ts';

export interface GenerationOptions {
  readonly mood: Mood;
  /** Rows written for each poem; the best is kept. */
  readonly candidates: number;
  /** The first poem's; each one's is one more than the last's. */
  readonly seed: number;
}

/** A poem and the plan that it was written to. */
export interface GeneratedPoem {
  readonly characters: readonly string[];
  readonly plan: VersePlan;
  readonly nll: number;
  readonly hanzi: number;
}

/** Rows that share a batch. */
const BATCH = 256;

/** A decoder as it serves, on the engine of this thread. The caller disposes of it. */
export async function openDecoder(checkpoint: Checkpoint): Promise<Decoder> {
  const { architecture, parameters, vocabulary, runs } = checkpoint;
  return Decoder.create({
    stepper: await Stepper.create(architecture, parameters),
    vocabulary,
    candidates: new Candidates(vocabulary),
    novelty: runs && { run: RUN_LENGTH, has: (run) => runs.hasRun(run) },
  });
}

/** Writes a poem to each plan, the best of several rows. Throws a `DecodingError` where none can be written. */
export async function generateAll(
  decoder: Decoder,
  plans: readonly VersePlan[],
  { mood, candidates, seed }: GenerationOptions,
  onProgress: (done: number) => void = () => {},
): Promise<{ written: GeneratedPoem[]; ms: number }> {
  const started = performance.now();
  const rows: Row[][] = [];
  let done = 0;
  while (done < plans.length) {
    while (rows.length < plans.length && decoder.active + candidates <= BATCH) {
      const plan = plans[rows.length] as VersePlan;
      const own = (seed + rows.length) >>> 0;
      rows.push(
        Array.from({ length: candidates }, (_, n) =>
          decoder.join({ plan, sampling: SAMPLING[mood], seed: seedOf(own, n) }),
        ),
      );
    }
    await decoder.tick();
    done = rows.filter((each) => each.every((row) => row.finished)).length;
    onProgress(done);
  }
  const written = rows.map((each, i): GeneratedPoem => {
    const faulty = each.find((row) => row.error !== null);
    if (faulty?.error) throw faulty.error;
    return { plan: plans[i] as VersePlan, ...best(each.map((row) => row.result())) };
  });
  return { written, ms: performance.now() - started };
}
