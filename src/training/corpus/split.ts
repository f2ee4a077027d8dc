/**
 * Which poems are held out. The text alone decides, so a poem stays on its side when others come or go, and when
 * it comes back from another source.
 */
import { createHash } from 'node:crypto';
import type { Split } from './corpus.ts';

/** Percent of the poems, by hash. */
const TEST_PERCENT = 2;
const VALIDATION_PERCENT = 2;

/** With fewer poems than this, holding some out would leave nothing to speak of on either side. */
const FEWEST_TO_HOLD_OUT = 10;

/** In [0, 2^32), uniform. */
function hash(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0);
}

/**
 * The split of each text. Where a small corpus would leave validation or test empty, the training poem with the
 * smallest hash (for test) or the largest (for validation) is held out, if there are at least ten poems.
 * @param keys the poems' hanzi, folded; no two near-copies among them.
 */
export function splitByHash(keys: readonly string[]): Split[] {
  const hashes = keys.map(hash);
  const splits = hashes.map((value): Split => {
    const percent = (value / 0x1_0000_0000) * 100;
    if (percent < TEST_PERCENT) return 'test';
    return percent < TEST_PERCENT + VALIDATION_PERCENT ? 'validation' : 'train';
  });
  if (keys.length < FEWEST_TO_HOLD_OUT) return splits;
  const train = splits
    .map((_, index) => index)
    .filter((index) => splits[index] === 'train')
    .sort((a, b) => (hashes[a] as number) - (hashes[b] as number));
  const smallest = train[0];
  const largest = train.at(-1);
  if (!splits.includes('test') && smallest !== undefined) splits[smallest] = 'test';
  if (!splits.includes('validation') && largest !== undefined) splits[largest] = 'validation';
  return splits;
}
