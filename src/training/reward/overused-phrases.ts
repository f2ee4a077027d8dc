/**
 * Finds overused phrases: those that stand in the answers to many requests, and much more often than in people's poems.
 * Readers rate a poem at a time, so they cannot see that the next poem has the same phrase. The more a poet learns from
 * ratings, the more it leans on what was liked, so such phrases are counted against a line.
 */

import { countPhrases } from '../critic/worn-phrases.ts';
import type { RatedPoem } from './ratings.ts';

/** In the answers to so many requests a phrase must stand, so that chance does not decide. */
const MINIMUM_REQUESTS = 8;
/** And to this share of all requests. The more poems there are, the more phrases stand in eight of them by chance. */
const MINIMUM_SHARE = 0.016;
/** How many times as often as people's. */
const MINIMUM_RATIO = 3;

/** Phrases of three and four characters. `peoples` are texts with marks. */
export function overusedPhrases(poems: readonly RatedPoem[], peoples: readonly string[]): Set<string> {
  const answers = new Map<string, Set<string>>();
  for (const { request, lines } of poems) {
    const texts = answers.get(request) ?? new Set();
    for (const { text } of lines) texts.add(`${text}。`);
    answers.set(request, texts);
  }
  // Answers to one request share lines. A line counts once.
  const models = [...answers.values()].map((lines) => [...lines].join(''));
  const scale = models.join('').length / Math.max(1, peoples.join('').length);
  const theirs = countPhrases(peoples);
  const minimum = Math.max(MINIMUM_REQUESTS, MINIMUM_SHARE * answers.size);
  const overused = [...countPhrases(models)].filter(
    ([phrase, count]) => count >= minimum && count >= MINIMUM_RATIO * scale * ((theirs.get(phrase) ?? 0) + 1),
  );
  return new Set(overused.map(([phrase]) => phrase));
}
