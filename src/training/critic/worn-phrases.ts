/**
 * Finds worn phrases: those that the model writes much more often than people do. Such phrases, 不知何處 for one, are what
 * readers call filler.
 */

import { verseLines } from '../../poetry/verse-lines.ts';

const LENGTHS = [3, 4] as const;
/** In so many of the model's poems a phrase must stand, so that chance does not decide. */
const MINIMUM_POEMS = 12;
/** How many times as often as people's a phrase must stand in the model's poems. */
const MINIMUM_RATIO = 3;
/** The most phrases that are kept. */
const MAX_PHRASES = 200;

/** The phrases, the most frequent first. A phrase counts once a poem. */
export function wornPhrases(models: readonly string[], peoples: readonly string[]): string[] {
  const [own, theirs] = [countPhrases(models), countPhrases(peoples)];
  const scale = models.length / Math.max(1, peoples.length);
  const worn = [...own].filter(
    ([phrase, count]) =>
      // One more for people, because a phrase that they happen not to use in these poems is not unknown to them.
      count >= MINIMUM_POEMS && count >= MINIMUM_RATIO * scale * ((theirs.get(phrase) ?? 0) + 1),
  );
  worn.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return worn.slice(0, MAX_PHRASES).map(([phrase]) => phrase);
}

/** In how many of the texts each phrase stands. Texts are lines of verse with marks. */
export function countPhrases(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const phrase of new Set(phrasesOf(text))) counts.set(phrase, (counts.get(phrase) ?? 0) + 1);
  }
  return counts;
}

/** The phrases of a text, line by line, with repetitions. */
export function* phrasesOf(text: string): Generator<string> {
  for (const line of verseLines(text)) {
    const characters = [...line];
    for (const length of LENGTHS) {
      for (let at = 0; at + length <= characters.length; at++)
        yield characters.slice(at, at + length).join('');
    }
  }
}
