/** Writes the poems that readers are to rate: several answers to each request, by the poet as it is served. */

import type { Decoder } from '../../decoding/decoder.ts';
import type { RowResult } from '../../decoding/row.ts';
import { SAMPLING } from '../../decoding/sampling.ts';
import { DEFAULT_SEARCH, type PoemSearch, type SearchSettings } from '../../decoding/search.ts';
import type { Random } from '../../model/random.ts';
import { compilePlan } from '../../poetry/compile.ts';
import { isLineMark } from '../../poetry/verse-lines.ts';
import { searchAll } from '../generation.ts';
import type { RatingRequest } from './rating-requests.ts';
import type { UnratedPoem } from './rating-sheet.ts';

/**
 * What each request is answered by. Finalists of one search differ in their last lines most of all. Those of another
 * search, and the winner of a search that compares whole poems only, differ in everything.
 */
const ANSWERS: readonly { readonly search: SearchSettings; readonly finalists: number }[] = [
  { search: DEFAULT_SEARCH, finalists: 3 },
  { search: DEFAULT_SEARCH, finalists: 2 },
  { search: { candidates: 4, kept: 4 }, finalists: 1 },
];

/**
 * The answers to each request, request by request. Those to one request are in an order drawn at random, and differ. The
 * requests are numbered, behind the seed. Throws a `DecodingError` if one cannot be answered.
 */
export async function writeRatingPoems(
  decoder: Decoder,
  requests: readonly RatingRequest[],
  { seed, random }: { readonly seed: number; readonly random: Random },
  onProgress: (share: number) => void = () => {},
): Promise<UnratedPoem[]> {
  const plans = requests.map(({ request }) => compilePlan(request));
  const poems = requests.map((): UnratedPoem[] => []);
  for (const [n, { search, finalists }] of ANSWERS.entries()) {
    const orders = plans.map((plan, i) => ({
      plan,
      sampling: SAMPLING.free,
      seed: (seed * 100_003 + n * 10_007 + i) >>> 0,
    }));
    const searches = await searchAll(decoder, orders, search, (done) =>
      onProgress((n + done / requests.length) / ANSWERS.length),
    );
    for (const [i, done] of searches.entries()) {
      const request = requests[i];
      if (!request) continue;
      for (const result of finalistsOf(done, finalists)) {
        const poem = unratedPoem(result, request, done.plan.title || result.title, `${seed}-${i + 1}`);
        if (poems[i]?.every(({ text }) => text !== poem.text)) poems[i]?.push(poem);
      }
    }
  }
  return poems.flatMap((answers) => random.shuffle(answers));
}

/** The best, and others from further down. */
function finalistsOf({ finalists, error }: PoemSearch, count: number): RowResult[] {
  if (finalists.length === 0) throw error ?? new RangeError('a search has no result');
  const places = Array.from({ length: count }, (_, n) =>
    count === 1 ? 0 : Math.round((n * (finalists.length - 1)) / (count - 1)),
  );
  return [...new Set(places)].flatMap((place) => finalists[place] ?? []);
}

function unratedPoem(
  { characters, nlls }: RowResult,
  { form, request }: RatingRequest,
  title: string,
  id: string,
): UnratedPoem {
  const text = characters.join('');
  const opening = request.kind === 'poem' ? [...text].slice(0, [...request.opening].length).join('') : '';
  const lines: (number | null)[][] = [[]];
  for (const [i, character] of characters.entries()) {
    if (isLineMark(character)) lines.push([]);
    else lines.at(-1)?.push(nlls[i] ?? null);
  }
  const verses = lines.filter((line) => line.length > 0);
  const starts = verses.map((line, i) => i * (line.length + 1));
  return {
    request: id,
    form,
    title,
    opening,
    heads: request.kind === 'acrostic' ? starts.map((at) => characters[at] ?? '').join('') : '',
    nlls: verses.map((line) => mean(line.filter((nll) => nll !== null))),
    text,
  };
}

function mean(values: readonly number[]): number {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}
