/**
 * Poems that are there twice: the same text, or nearly: under another author, with variant characters, or a
 * quatrain taken from a longer poem.
 *
 * Two measures find them, both on the shorter poem of a pair. Its share of trigrams of hanzi that stand in the
 * longer one too (containment; A. Broder, "On the resemblance and containment of documents", 1997) finds excerpts
 * and poems made of the same lines in another order. Where a variant in every line leaves few trigrams whole, the
 * longest common subsequence still sees the copy. A quatrain has only 18 trigrams and the whole corpus two and a
 * half million, so they are counted exactly, over an inverted index, where a web crawl would have to sketch them.
 */

/** Above this share of its trigrams in another poem, a poem is a near-copy. */
export const MOST_TRIGRAMS = 0.3;

/** From this share of its hanzi in the same order in another poem, it is one too: */
export const MOST_HANZI = 0.45;

/** but subsequences are looked for only in pairs that share this many trigrams at least. */
export const FEWEST_TRIGRAMS = 2;

/** Trigrams are numbered in base 2^17: three fit a double exactly. */
const BASE = 0x20000;

/** The distinct trigrams of a text's hanzi, across its lines. `numbers` gives each character a small number. */
export function trigramsOf(text: string, numbers: Map<string, number>): number[] {
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

/** The length of the longest common subsequence, as a share of `shorter`'s length. */
export function commonShare(shorter: string, longer: string): number {
  const characters = Array.from(shorter);
  // lengths[i]: the longest common subsequence of the first i characters and what was read of the longer poem.
  const lengths = new Uint16Array(characters.length + 1);
  for (const char of longer) {
    let diagonal = 0;
    characters.forEach((own, i) => {
      const above = lengths[i + 1] as number;
      lengths[i + 1] = own === char ? diagonal + 1 : Math.max(above, lengths[i] as number);
      diagonal = above;
    });
  }
  return (lengths[characters.length] as number) / characters.length;
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
    const key = keys[index] as string;
    const trigrams = trigramsOf(key, numbers);
    const touched: number[] = [];
    for (const trigram of trigrams) {
      for (const other of postings.get(trigram) ?? []) {
        const count = (shared[other] as number) + 1;
        shared[other] = count;
        if (count === 1) touched.push(other);
      }
    }
    const repeats = touched.some((other) => {
      const count = shared[other] as number;
      if (count > MOST_TRIGRAMS * trigrams.length) return true;
      return count >= FEWEST_TRIGRAMS && commonShare(key, keys[other] as string) >= MOST_HANZI;
    });
    for (const other of touched) shared[other] = 0;
    if (repeats) {
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
