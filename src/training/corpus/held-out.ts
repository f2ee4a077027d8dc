/**
 * Poems of another collection that would give away what the corpus holds out: later poets quote the earlier ones, write
 * on their lines, and make whole poems of them (集句), and collections take in poems of another age.
 */
import {
  commonShare,
  FEWEST_TRIGRAMS,
  MOST_HANZI,
  MOST_TRIGRAMS,
  type Repetition,
  trigramsOf,
} from './duplicates.ts';

/** The shortest line of verse that can be told apart: so many hanzi in a row are a quotation. */
const LINE = 5;

export interface KnownPoem {
  /** The poem's hanzi, folded. */
  readonly key: string;
  readonly heldOut: boolean;
}

/**
 * Says of every text whether it repeats an earlier one or a poem of the corpus hanzi by hanzi (`duplicate`), or a poem
 * that is held out nearly, or in five hanzi in a row (`near-duplicate`); `null` for the texts to keep.
 * @param keys the poems' hanzi without marks, folded so that variants compare equal.
 */
export function findRepeated(keys: readonly string[], corpus: readonly KnownPoem[]): (Repetition | null)[] {
  const seen = new Set(corpus.map(({ key }) => key));
  const repeatsHeldOut = heldOutIndex(corpus.filter(({ heldOut }) => heldOut).map(({ key }) => key));
  return keys.map((key) => {
    if (seen.has(key)) return 'duplicate';
    seen.add(key);
    return repeatsHeldOut(key) ? 'near-duplicate' : null;
  });
}

/** Whether a text repeats one of `heldOut`, by a line or by the measures of `findRepetitions`. */
function heldOutIndex(heldOut: readonly string[]): (key: string) => boolean {
  const numbers = new Map<string, number>();
  const lines = new Set<string>();
  const trigrams = heldOut.map((key) => trigramsOf(key, numbers));
  const postings = new Map<number, number[]>();
  for (const [index, key] of heldOut.entries()) {
    for (const line of runsOf(key)) lines.add(line);
    for (const trigram of trigrams[index] as number[]) {
      const holders = postings.get(trigram);
      if (holders) holders.push(index);
      else postings.set(trigram, [index]);
    }
  }
  return (key) => {
    if (runsOf(key).some((run) => lines.has(run))) return true;
    const own = trigramsOf(key, numbers);
    const shared = new Map<number, number>();
    for (const trigram of own) {
      for (const index of postings.get(trigram) ?? []) shared.set(index, (shared.get(index) ?? 0) + 1);
    }
    return [...shared].some(([index, count]) => {
      const other = heldOut[index] as string;
      const fewer = Math.min(own.length, (trigrams[index] as number[]).length);
      if (count > MOST_TRIGRAMS * fewer) return true;
      const [shorter, longer] = own.length === fewer ? [key, other] : [other, key];
      return count >= FEWEST_TRIGRAMS && commonShare(shorter, longer) >= MOST_HANZI;
    });
  };
}

/** All runs of {@link LINE} hanzi. */
function runsOf(key: string): string[] {
  const characters = Array.from(key);
  return characters.slice(LINE - 1).map((_, i) => characters.slice(i, i + LINE).join(''));
}
