/** Generates many poems for measurements, in full batches and without a service. */

import type { Decoder } from '../decoding/decoder.ts';
import { SAMPLING } from '../decoding/sampling.ts';
import { PoemSearch, type SearchRequest, type SearchSettings } from '../decoding/search.ts';
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
  { mood, seed, ...settings }: GenerationOptions,
  onProgress: (done: number) => void = () => {},
): Promise<{ poems: SearchedPoem[]; ms: number }> {
  const startedAt = performance.now();
  const orders = plans.map((plan, i) => ({ plan, sampling: SAMPLING[mood], seed: (seed + i) >>> 0 }));
  const searches = await searchAll(decoder, orders, settings, onProgress);
  const poems = searches.map(({ plan, result, error }): SearchedPoem => {
    if (!result) throw error ?? new RangeError('a search has no result');
    return { plan, ...result };
  });
  return { poems, ms: performance.now() - startedAt };
}

/** Runs a search for each request, as many at a time as a batch holds, and returns them in order when all have ended. */
export async function searchAll(
  decoder: Decoder,
  requests: readonly SearchRequest[],
  settings: SearchSettings,
  onProgress: (done: number) => void = () => {},
): Promise<PoemSearch[]> {
  const searches: PoemSearch[] = [];
  let running: PoemSearch[] = [];
  while (searches.length < requests.length || running.length > 0) {
    let request = requests[searches.length];
    while (request && (running.length + 1) * settings.candidates <= BATCH) {
      const search = new PoemSearch(decoder, request, settings);
      searches.push(search);
      running.push(search);
      request = requests[searches.length];
    }
    await decoder.tick();
    for (const search of running) search.advance();
    running = running.filter((search) => !search.hasEnded);
    onProgress(searches.length - running.length);
  }
  return searches;
}
