/** What the poet's network makes of rated lines: the mean state of its last layer over what the model wrote of each. */

import type { Stepper } from '../../decoding/stepper.ts';
import { UNK, type Vocabulary } from '../../model/vocabulary.ts';
import { type PoemSequence, poemSequence } from './poem-sequence.ts';
import type { RatedPoem } from './ratings.ts';

const BATCH_ROWS = 256;

/** For each line of each poem, in their order, [H]; zeros for a line of which the model wrote nothing. */
export async function lineStates(
  stepper: Stepper,
  poems: readonly RatedPoem[],
  vocabulary: Vocabulary,
): Promise<Float32Array[]> {
  const { hidden } = stepper.architecture;
  const states = poems.map(({ lines }) => lines.map(() => new Float32Array(hidden)));
  const sequences = poems.map((poem, i) => ({ ...poemSequence(poem, vocabulary), lines: states[i] ?? [] }));
  sequences.sort((a, b) => a.tokens.length - b.tokens.length);
  for (let at = 0; at < sequences.length; at += BATCH_ROWS) {
    await addStates(stepper, sequences.slice(at, at + BATCH_ROWS));
  }
  return states.flat();
}

async function addStates(
  stepper: Stepper,
  sequences: readonly (PoemSequence & { readonly lines: readonly Float32Array[] })[],
): Promise<void> {
  const rows = sequences.length;
  stepper.reserve(rows);
  for (let row = 0; row < rows; row++) stepper.restore(row, null);
  const last = Math.max(...sequences.map(({ tokens }) => tokens.length)) - 1;
  for (let t = 0; t < last; t++) {
    await stepper.step(
      Int32Array.from(sequences, ({ tokens }) => tokens[t] ?? UNK),
      rows,
    );
    for (const [row, { lineOf, prefix, lines }] of sequences.entries()) {
      // The token after this one is drawn from this state.
      const line = lineOf[t + 1 - prefix] ?? -1;
      const sum = lines[line];
      if (!sum) continue;
      const count = lineOf.reduce((n, other) => (other === line ? n + 1 : n), 0);
      for (const [i, value] of stepper.topState(row).entries()) sum[i] = (sum[i] ?? 0) + value / count;
    }
  }
}
