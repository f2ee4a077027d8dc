/** Generates many poems for measurements, in full batches and without a service. */

import type { Decoder } from '../decoding/decoder.ts';
import { best, seedOf } from '../decoding/ranking.ts';
import type { Row } from '../decoding/row.ts';
import { SAMPLING } from '../decoding/sampling.ts';
import type { VersePlan } from '../poetry/plan.ts';
import type { Mood } from '../poetry/request.ts';

export interface GenerationOptions {
  readonly mood: Mood;
  /** Rows generated for each poem; the best is kept. */
  readonly candidates: number;
  /** The seed of the first poem. Each further poem has the next seed. */
  readonly seed: number;
}

/** A poem and the plan that it follows. */
export interface GeneratedPoem {
  readonly characters: readonly string[];
  readonly plan: VersePlan;
  /** The sum over the generated hanzi, in nats. */
  readonly nll: number;
  /** The number of generated hanzi. */
  readonly hanzi: number;
}

/** The most rows in a batch. */
const BATCH = 256;

/** Generates a poem for each plan, the best of several rows. Throws a `DecodingError` if a row fails. */
export async function generateAll(
  decoder: Decoder,
  plans: readonly VersePlan[],
  { mood, candidates, seed }: GenerationOptions,
  onProgress: (done: number) => void = () => {},
): Promise<{ poems: GeneratedPoem[]; ms: number }> {
  const startedAt = performance.now();
  /** The rows of the plans that the decoder has got so far. */
  const started: { plan: VersePlan; rows: Row[] }[] = [];
  let done = 0;
  while (done < plans.length) {
    while (decoder.active + candidates <= BATCH) {
      const plan = plans[started.length];
      if (!plan) break;
      const poemSeed = (seed + started.length) >>> 0;
      const rows = Array.from({ length: candidates }, (_, n) =>
        decoder.join({ plan, sampling: SAMPLING[mood], seed: seedOf(poemSeed, n) }),
      );
      started.push({ plan, rows });
    }
    await decoder.tick();
    done = started.filter(({ rows }) => rows.every((row) => !row.isActive)).length;
    onProgress(done);
  }
  const poems = started.map(({ plan, rows }): GeneratedPoem => {
    const faulty = rows.find((row) => row.error !== null);
    if (faulty?.error) throw faulty.error;
    return { plan, ...best(rows.map((row) => row.result())) };
  });
  return { poems, ms: performance.now() - startedAt };
}
