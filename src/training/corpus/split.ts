/**
 * Decides which poems are held out, from the text of each poem alone. So a poem stays in its split if other poems are
 * added or removed, and if it comes from another source.
 */
import { createHash } from 'node:crypto';
import type { Split } from './corpus.ts';

/** Percent of the poems in each held-out split. */
const TEST_PERCENT = 2;
const VALIDATION_PERCENT = 2;

/** In a smaller corpus no poems are held out by force. */
const FEWEST_TO_HOLD_OUT = 10;

/** Uniform in [0, 2^32). */
function hash(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0);
}

/**
 * The split of each text. A split of a small corpus may come out empty. Then, if there are at least ten poems, the
 * training poem with the smallest hash goes to the test split, or the one with the largest to the validation split.
 * `keys` are the folded hanzi of the texts, without near-copies among them.
 */
export function splitByHash(keys: readonly string[]): Split[] {
  const hashes = keys.map(hash);
  const splits = hashes.map((value): Split => {
    const percent = (value / 0x1_0000_0000) * 100;
    if (percent < TEST_PERCENT) return 'test';
    return percent < TEST_PERCENT + VALIDATION_PERCENT ? 'validation' : 'train';
  });
  if (keys.length < FEWEST_TO_HOLD_OUT) return splits;
  const train = hashes
    .map((value, index) => ({ value, index }))
    .filter(({ index }) => splits[index] === 'train')
    .sort((a, b) => a.value - b.value);
  const smallest = train[0]?.index;
  const largest = train.at(-1)?.index;
  if (!splits.includes('test') && smallest !== undefined) splits[smallest] = 'test';
  if (!splits.includes('validation') && largest !== undefined) splits[largest] = 'validation';
  return splits;
}
