/** How well the lines of a couplet are parallel, place by place and word by word. */

import { isHanzi } from '../poetry/hanzi.ts';
import type { VersePlan } from '../poetry/plan.ts';
import { type ParallelPairs, wordPlaces } from '../text-index/parallel-pairs.ts';

/**
 * A higher score of a pair counts no more than this, in nats. Rare characters reach 5 to 7 opposite one another; without a
 * limit one such pair outweighs a line that nobody would say.
 */
export const MOST_SCORE = 3;

/** What a pair of words that poets set opposite each other is worth, in nats, beside its characters. */
const WORDS_WORTH = 2;

/**
 * The mean score of the pairs at the places that the model wrote opposite a character, in nats a place. The worst of them
 * counts once more: one word that stands crooked spoils the couplet. 0 if there are none. The second line may be written in
 * part.
 */
export function parallelism(
  characters: readonly string[],
  { slots, length }: Pick<VersePlan, 'slots' | 'length'>,
  parallels: ParallelPairs,
): number {
  const scores: number[] = [];
  for (const [i, slot] of slots.entries()) {
    const written = characters[i];
    if (slot.kind !== 'free' || slot.opposite === undefined || written === undefined) continue;
    scores.push(Math.min(MOST_SCORE, parallels.score(slot.opposite, written)));
  }
  if (scores.length === 0) return 0;
  const [first, second] = [characters.slice(0, length), characters.slice(length + 1, 2 * length + 1)];
  const words = wordsOf(first).filter(([word, at]) => {
    const other = second.slice(at, at + 2).join('');
    return parallels.hasWords(word, other);
  });
  const sum = scores.reduce((total, score) => total + score, 0);
  return (sum + Math.min(...scores) + WORDS_WORTH * words.length) / scores.length;
}

/** The words of two characters that a line may have, each with its place. */
function wordsOf(line: readonly string[]): [string, number][] {
  const found: [string, number][] = [];
  let start = 0;
  while (start < line.length) {
    const mark = line.findIndex((char, i) => i >= start && !isHanzi(char));
    const end = mark < 0 ? line.length : mark;
    for (const at of wordPlaces(end - start))
      found.push([line.slice(start + at, start + at + 2).join(''), start + at]);
    start = end + 1;
  }
  return found;
}
