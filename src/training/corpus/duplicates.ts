/**
 * Finds poems that occur twice, exactly or nearly: under another author, with variant characters, or as a quatrain cut
 * from a longer poem.
 *
 * Two measures find near-copies. Both apply to the shorter poem of a pair. The first is the share of its trigrams of hanzi
 * that are also in the longer poem (containment; A. Broder, "On the resemblance and containment of documents", 1997). It
 * finds excerpts, and poems with the same lines in another order. If a variant in every line leaves few trigrams intact,
 * the second measure, the longest common subsequence, still finds the copy. The corpus has only two and a half million
 * trigrams, so they are counted exactly, with an inverted index.
 */

/** A poem is a near-copy if more than this share of its trigrams is in another poem. */
export const MOST_TRIGRAMS = 0.3;

/** A poem is a near-copy, too, if this share of its hanzi or more is in another poem in the same order. */
export const MOST_HANZI = 0.45;

/** Common subsequences are measured only for pairs that share at least this many trigrams. */
export const FEWEST_TRIGRAMS = 2;

/** A trigram is a number in base 2^17, so that its three digits fit a double exactly. */
const BASE = 0x20000;

/** The distinct trigrams of a text's hanzi, across its lines. `numbers` numbers the characters, and grows. */
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
  let [first, second]: (number | undefined)[] = [];
  for (const third of codes) {
    if (first !== undefined && second !== undefined) trigrams.add((first * BASE + second) * BASE + third);
    [first, second] = [second, third];
  }
  return [...trigrams];
}

/** The length of the longest common subsequence, as a share of `shorter`'s length. */
export function commonShare(shorter: string, longer: string): number {
  const characters = Array.from(shorter);
  // lengths[i] is the length for the first i characters and the part of the longer poem that has been read. This loop is
  // hot, and its indices are within the array, so elements are cast to `number`.
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

export type RepetitionFlaw = 'duplicate' | 'near-duplicate';

/**
 * For every text: how it repeats a text that is kept, or null if it is kept itself. Of two near-copies the longer one is
 * kept, and of two equally long ones the first. No two kept texts are near-copies. `keys` are the folded hanzi of the
 * texts, without marks.
 */
export function findRepetitions(keys: readonly string[]): (RepetitionFlaw | null)[] {
  const result: (RepetitionFlaw | null)[] = keys.map(() => null);
  const first = new Map<string, number>();
  keys.forEach((key, index) => {
    if (first.has(key)) result[index] = 'duplicate';
    else first.set(key, index);
  });

  const longestFirst = [...first]
    .map(([key, index]) => ({ key, index, shared: 0 }))
    .sort((a, b) => b.key.length - a.key.length || a.index - b.index);
  type Text = (typeof longestFirst)[number];
  const numbers = new Map<string, number>();
  /** By trigram: the kept texts that contain it. */
  const holders = new Map<number, Text[]>();
  for (const text of longestFirst) {
    const trigrams = trigramsOf(text.key, numbers);
    const touched: Text[] = [];
    for (const trigram of trigrams) {
      for (const other of holders.get(trigram) ?? []) {
        other.shared++;
        if (other.shared === 1) touched.push(other);
      }
    }
    const repeats = touched.some((other) => {
      if (other.shared > MOST_TRIGRAMS * trigrams.length) return true;
      return other.shared >= FEWEST_TRIGRAMS && commonShare(text.key, other.key) >= MOST_HANZI;
    });
    for (const other of touched) other.shared = 0;
    if (repeats) {
      result[text.index] = 'near-duplicate';
      continue;
    }
    for (const trigram of trigrams) {
      const others = holders.get(trigram);
      if (others) others.push(text);
      else holders.set(trigram, [text]);
    }
  }
  return result;
}
