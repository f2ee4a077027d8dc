/**
 * Finds poems of another collection that would reveal poems that the corpus holds out. Poets quote lines of older poets,
 * write poems on them, and compose whole poems of them (集句); and collections contain poems of another age.
 */
import {
  commonShare,
  FEWEST_TRIGRAMS,
  MOST_HANZI,
  MOST_TRIGRAMS,
  type RepetitionFlaw,
  trigramsOf,
} from './duplicates.ts';

/** The shortest line of verse. If two poems share this many hanzi in a row, it is a quotation. */
const LINE = 5;

export interface KnownPoem {
  /** The folded hanzi of the poem. */
  readonly key: string;
  readonly heldOut: boolean;
}

/**
 * For every text: how it repeats another, or null if it is to be kept. It is a `duplicate` if its hanzi are those of a text
 * before it or of a poem of the corpus. It is a `near-duplicate` if it nearly repeats a poem that is held out, or has five
 * hanzi in a row in common with one. `keys` are the folded hanzi of the texts, without marks.
 */
export function findRepeated(
  keys: readonly string[],
  corpus: readonly KnownPoem[],
): (RepetitionFlaw | null)[] {
  const seen = new Set(corpus.map(({ key }) => key));
  const repeatsHeldOut = heldOutIndex(corpus.filter(({ heldOut }) => heldOut).map(({ key }) => key));
  return keys.map((key) => {
    if (seen.has(key)) return 'duplicate';
    seen.add(key);
    return repeatsHeldOut(key) ? 'near-duplicate' : null;
  });
}

/** Returns whether a text repeats one of `heldOut`, by a line or by the measures of `findRepetitions`. */
function heldOutIndex(heldOut: readonly string[]): (key: string) => boolean {
  const numbers = new Map<string, number>();
  const lines = new Set<string>();
  const poems = heldOut.map((key) => ({ key, trigrams: trigramsOf(key, numbers) }));
  const holders = new Map<number, (typeof poems)[number][]>();
  for (const poem of poems) {
    for (const line of lineGrams(poem.key)) lines.add(line);
    for (const trigram of poem.trigrams) {
      const others = holders.get(trigram);
      if (others) others.push(poem);
      else holders.set(trigram, [poem]);
    }
  }
  return (key) => {
    if (lineGrams(key).some((gram) => lines.has(gram))) return true;
    const own = trigramsOf(key, numbers);
    const shared = new Map<(typeof poems)[number], number>();
    for (const trigram of own) {
      for (const poem of holders.get(trigram) ?? []) shared.set(poem, (shared.get(poem) ?? 0) + 1);
    }
    return [...shared].some(([other, count]) => {
      const fewer = Math.min(own.length, other.trigrams.length);
      if (count > MOST_TRIGRAMS * fewer) return true;
      const [shorter, longer] = own.length === fewer ? [key, other.key] : [other.key, key];
      return count >= FEWEST_TRIGRAMS && commonShare(shorter, longer) >= MOST_HANZI;
    });
  };
}

/** All n-grams of {@link LINE} hanzi. */
function lineGrams(key: string): string[] {
  const characters = Array.from(key);
  return characters.slice(LINE - 1).map((_, i) => characters.slice(i, i + LINE).join(''));
}
