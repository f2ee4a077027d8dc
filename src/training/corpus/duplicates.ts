/**
 * Poems that are there twice: the same text, or nearly: under another author, with variant characters, or a
 * quatrain taken from a longer poem.
 *
 * Two poems are near-copies when they share a fair part of their trigrams of hanzi, measured on the shorter of
 * them (containment; A. Broder, "On the resemblance and containment of documents", 1997). A quatrain has only
 * 18 of them and the whole corpus two and a half million, so the measure is taken exactly, over an inverted
 * index, where a web crawl would have to sketch it.
 */

/** Above this share of common trigrams, the shorter poem is a near-copy of the longer one. */
export const NEAR_COPY = 0.35;

/** Trigrams are numbered in base 2^17: three fit a double exactly, for any code point below 2^17 after folding. */
const BASE = 0x20000;

/** The distinct trigrams of a text's hanzi, across its lines. `numbers` gives each character a small number. */
function trigramsOf(text: string, numbers: Map<string, number>): number[] {
  const codes = Array.from(text, (char) => {
    let number = numbers.get(char);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(char, number);
    }
    return number;
  });
  const trigrams = new Set<number>();
  for (let i = 2; i < codes.length; i++) {
    trigrams.add(((codes[i - 2] as number) * BASE + (codes[i - 1] as number)) * BASE + (codes[i] as number));
  }
  return [...trigrams];
}

export type Repetition = 'duplicate' | 'near-duplicate';

/**
 * Says of every text whether another one that is kept repeats it: `null` for the texts to keep. The longer of two
 * near-copies is kept, and of two equally long ones the first. No two kept texts are near-copies.
 * @param keys the poems' hanzi without marks, folded so that variants compare equal.
 */
export function findRepetitions(keys: readonly string[]): (Repetition | null)[] {
  const result: (Repetition | null)[] = keys.map(() => null);
  const first = new Map<string, number>();
  keys.forEach((key, index) => {
    if (first.has(key)) result[index] = 'duplicate';
    else first.set(key, index);
  });

  const order = [...first.values()].sort(
    (a, b) => (keys[b] as string).length - (keys[a] as string).length || a - b,
  );
  const numbers = new Map<string, number>();
  const postings = new Map<number, number[]>();
  const shared = new Int32Array(keys.length);
  for (const index of order) {
    const trigrams = trigramsOf(keys[index] as string, numbers);
    const touched: number[] = [];
    let most = 0;
    for (const trigram of trigrams) {
      for (const other of postings.get(trigram) ?? []) {
        const count = (shared[other] as number) + 1;
        shared[other] = count;
        if (count === 1) touched.push(other);
        if (count > most) most = count;
      }
    }
    for (const other of touched) shared[other] = 0;
    if (most > NEAR_COPY * trigrams.length) {
      result[index] = 'near-duplicate';
      continue;
    }
    for (const trigram of trigrams) {
      const holders = postings.get(trigram);
      if (holders) holders.push(index);
      else postings.set(trigram, [index]);
    }
  }
  return result;
}
