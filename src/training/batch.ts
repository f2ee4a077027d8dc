/** Batches: padded token sequences, laid out by time step, as the network reads them. */

import { PAD } from '../model/vocabulary.ts';

export interface Batch {
  /** T: time steps. */
  readonly steps: number;
  /** B: rows, one for each sequence. */
  readonly rows: number;
  /** [T × B]: input ids, time first; PAD after the end of a row. */
  readonly inputs: Int32Array;
  /** [n]: the predictions that count, as indices into `inputs`. Padding and prefixes are not among them. */
  readonly positions: Int32Array;
  /** [n]: the ids to be predicted there. */
  readonly targets: Int32Array;
  /**
   * [n]: the factor of each prediction's NLL in the gradient; default: 1. A negative one makes the target less likely. The
   * loss that is reported is without them.
   */
  readonly weights?: Float32Array;
  /** The weights, from the NLLs [n] of the predictions, if they depend on what the network has learned by now. */
  readonly weigh?: (nlls: Float32Array) => Float32Array;
}

/** A token sequence and the index of its first predicted token. */
export interface Sequence {
  readonly tokens: ArrayLike<number>;
  readonly prefix: number;
}

/**
 * Cuts sequences into batches of `rows`, each of similar length. The sequences are cut into buckets of so many batches
 * first, and each bucket is sorted by length. So shuffled sequences need little padding, and are still drawn at random.
 */
export function batchesByLength<Each extends Sequence>(
  sequences: readonly Each[],
  rows: number,
  bucket: number,
): Each[][] {
  const batches: Each[][] = [];
  for (let start = 0; start < sequences.length; start += rows * bucket) {
    const sorted = sequences.slice(start, start + rows * bucket);
    sorted.sort((a, b) => a.tokens.length - b.tokens.length);
    for (let i = 0; i < sorted.length; i += rows) batches.push(sorted.slice(i, i + rows));
  }
  return batches;
}

/** Pads the sequences to the length of the longest. The last token of a sequence is predicted and is no input. */
export function makeBatch(sequences: readonly Sequence[]): Batch {
  const rows = sequences.length;
  const steps = Math.max(...sequences.map(({ tokens }) => tokens.length - 1));
  const inputs = new Int32Array(steps * rows).fill(PAD);
  const count = sequences.reduce((sum, { tokens, prefix }) => sum + tokens.length - prefix, 0);
  const positions = new Int32Array(count);
  const targets = new Int32Array(count);
  let n = 0;
  for (const [row, { tokens, prefix }] of sequences.entries()) {
    for (let t = 1; t < tokens.length; t++) {
      const position = (t - 1) * rows + row;
      inputs[position] = tokens[t - 1] ?? PAD;
      if (t < prefix) continue;
      positions[n] = position;
      targets[n] = tokens[t] ?? PAD;
      n++;
    }
  }
  return { steps, rows, inputs, positions, targets };
}
