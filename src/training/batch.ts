/** A padded batch of token sequences, laid out by time, as the network takes it. */

import { PAD } from '../model/vocabulary.ts';

export interface Batch {
  /** T: steps. */
  readonly steps: number;
  /** B: rows. */
  readonly rows: number;
  /** [T × B] input ids, time first; PAD after a row's end. */
  readonly inputs: Int32Array;
  /** [n] where a prediction counts: indices into the T × B inputs. Padding and prefixes are not among them. */
  readonly positions: Int32Array;
  /** [n] the ids to be predicted there. */
  readonly targets: Int32Array;
}

/** A sequence and the index of its first predicted token. */
export interface Sequence {
  readonly tokens: ArrayLike<number>;
  readonly prefix: number;
}

export function makeBatch(sequences: readonly Sequence[]): Batch {
  const rows = sequences.length;
  const steps = Math.max(...sequences.map(({ tokens }) => tokens.length - 1));
  const inputs = new Int32Array(steps * rows).fill(PAD);
  const count = sequences.reduce((sum, { tokens, prefix }) => sum + tokens.length - prefix, 0);
  const positions = new Int32Array(count);
  const targets = new Int32Array(count);
  let n = 0;
  for (const [row, { tokens, prefix }] of sequences.entries()) {
    for (let t = 0; t + 1 < tokens.length; t++) {
      inputs[t * rows + row] = tokens[t] as number;
      if (t + 1 < prefix) continue;
      positions[n] = t * rows + row;
      targets[n] = tokens[t + 1] as number;
      n++;
    }
  }
  return { steps, rows, inputs, positions, targets };
}
