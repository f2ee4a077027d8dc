/** Generates many poems for measurements, in full batches and without a service. */

import type { Decoder } from '../decoding/decoder.ts';
import { SAMPLING } from '../decoding/sampling.ts';
import { PoemSearch, type SearchSettings } from '../decoding/search.ts';
import type { VersePlan } from '../poetry/plan.ts';
import type { Mood } from '../poetry/request.ts';

export interface GenerationOptions extends SearchSettings {
  readonly mood: Mood;
  /** The seed of the first poem. Each further poem has the next seed. */
  readonly seed: number;
}

/** A poem and the plan that it follows. */
export interface SearchedPoem {
  readonly characters: readonly string[];
  readonly plan: VersePlan;
  /** The title that the model wrote; empty if it wrote none. */
  readonly title: string;
  /** The sum over the generated hanzi, in nats. */
  readonly nll: number;
  /** The number of generated hanzi. */
  readonly hanzi: number;
}

/** The most rows in a batch. */
const BATCH = 256;

/** Generates a poem for each plan by search. Throws a `DecodingError` if one cannot be written. */
export async function generateAll(
  decoder: Decoder,
  plans: readonly VersePlan[],
  { mood, candidates, kept, seed }: GenerationOptions,
  onProgress: (done: number) => void = () => {},
): Promise<{ poems: SearchedPoem[]; ms: number }> {
  const startedAt = performance.now();
  const searches: PoemSearch[] = [];
  let running: PoemSearch[] = [];
  while (searches.length < plans.length || running.length > 0) {
    for (let plan = plans[searches.length]; plan && running.length * candidates + candidates <= BATCH; ) {
      const request = { plan, sampling: SAMPLING[mood], seed: (seed + searches.length) >>> 0 };
      const search = new PoemSearch(decoder, request, { candidates, kept });
      searches.push(search);
      running.push(search);
      plan = plans[searches.length];
    }
    await decoder.tick();
    for (const search of running) search.advance();
    running = running.filter((search) => !search.hasEnded);
    onProgress(searches.length - running.length);
  }
  const poems = searches.map(({ result, error }, i): SearchedPoem => {
    const plan = plans[i];
    if (!result || !plan) throw error ?? new RangeError('a search has no result');
    return { plan, ...result };
  });
  return { poems, ms: performance.now() - startedAt };
}
