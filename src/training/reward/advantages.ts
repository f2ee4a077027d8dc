/**
 * The advantage of each line of rated poems: how much better readers found it than lines in its place usually are, and
 * than the other poems for the same request. It says which of the ways to answer one request are to become likelier.
 */

import { phrasesOf } from '../critic/worn-phrases.ts';
import type { RatedPoem } from './ratings.ts';

/** What a line's own rating and the rating of its poem count. Ratings of poems differ less than those of lines. */
const LINE_SHARE = 0.7;
const POEM_SHARE = 0.45;

/** What is taken off a line that is too much like the model's other lines. */
export interface Sameness {
  /** A line with one of these loses `phrasePenalty` points. */
  readonly overused: ReadonlySet<string>;
  readonly phrasePenalty: number;
  /** Of a line, in nats; `character-excess.ts` says what it is. */
  readonly excess: (line: string) => number;
  /** Points that a line loses for a nat more than lines in its place usually have. */
  readonly excessPenalty: number;
}

const NO_PENALTIES: Sameness = { overused: new Set(), phrasePenalty: 0, excess: () => 0, excessPenalty: 0 };

/** For each poem, the advantage of each line in points. Without penalties, the mean over the poems of a request is about 0. */
export function advantages(poems: readonly RatedPoem[], sameness = NO_PENALTIES): number[][] {
  const { overused, phrasePenalty, excess, excessPenalty } = sameness;
  const lines = poems.flatMap(({ form, request, lines }, poem) =>
    lines.map(({ rating, text }, i) => ({ poem, place: `${form} ${i}`, request, rating, text })),
  );
  const excesses = meansBy(
    lines.map(({ place, text }) => ({ place, rating: excess(text) })),
    ({ place }) => place,
  );
  const places = meansBy(lines, ({ place }) => place);
  const byLine = lines.map((line) => ({ ...line, rating: line.rating - (places.get(line.place) ?? 0) }));
  const requests = meansBy(byLine, ({ request }) => request);
  const overall = meansBy(
    poems.map(({ request, overall }) => ({ request, rating: overall })),
    ({ request }) => request,
  );
  const result = poems.map((): number[] => []);
  for (const { poem, place, request, rating, text } of byLine) {
    const whole = (poems[poem]?.overall ?? 0) - (overall.get(request) ?? 0);
    const advantage = LINE_SHARE * (rating - (requests.get(request) ?? 0)) + POEM_SHARE * whole;
    const isOverused = [...phrasesOf(text)].some((phrase) => overused.has(phrase));
    const tooMuch = excess(text) - (excesses.get(place) ?? 0);
    result[poem]?.push(advantage - (isOverused ? phrasePenalty : 0) - excessPenalty * tooMuch);
  }
  return result;
}

function meansBy<Rated extends { readonly rating: number }>(
  rated: readonly Rated[],
  key: (each: Rated) => string,
): Map<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const each of rated) {
    const { sum, count } = sums.get(key(each)) ?? { sum: 0, count: 0 };
    sums.set(key(each), { sum: sum + each.rating, count: count + 1 });
  }
  return new Map([...sums].map(([name, { sum, count }]) => [name, sum / count]));
}
