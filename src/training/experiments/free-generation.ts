/**
 * Generation without a plan, as in the programs of the student report. The network reads an opening; then each character
 * is drawn from the whole vocabulary, until the model ends the poem or a length is reached. The text may have any shape,
 * and may contain the token for unknown characters.
 */

import { seedOf } from '../../decoding/ranking.ts';
import { DecodingError } from '../../decoding/row.ts';
import { Sampler } from '../../decoding/sampler.ts';
import type { Sampling } from '../../decoding/sampling.ts';
import type { Stepper } from '../../decoding/stepper.ts';
import { Random } from '../../model/random.ts';
import { EOS, FIRST_HANZI, MARKS, PAD, UNK, type Vocabulary } from '../../model/vocabulary.ts';
import type { FormTag } from '../../poetry/form.ts';

/** How an unknown character is shown. */
export const UNKNOWN = '□';

export interface FreePoem {
  /** With the opening. */
  readonly text: string;
  /** Characters and marks after the opening. */
  readonly written: number;
  /** Whether the model ended it. */
  readonly ended: boolean;
}

export interface FreeGenerationOptions {
  readonly form: FormTag;
  readonly sampling: Sampling;
  readonly seed: number;
  /** The number of characters and marks after which a poem is cut off, opening included. */
  readonly limit: number;
  /** Whether the model may end a poem. Otherwise every poem has the length of the limit. */
  readonly ends: boolean;
}

interface FreeRow {
  /** The prefix, the opening, and what was generated. */
  readonly tokens: number[];
  /** The number of tokens before what was generated. */
  readonly given: number;
  readonly opening: string;
  readonly random: Random;
  ended: boolean;
}

/**
 * Generates a poem for each opening, all in one batch. A poem depends on its opening, its index and the seed, not on its
 * neighbours. Throws a {@link DecodingError} if the logits are not numbers.
 */
export async function generateFreely(
  { stepper, vocabulary }: { readonly stepper: Stepper; readonly vocabulary: Vocabulary },
  openings: readonly string[],
  options: FreeGenerationOptions,
): Promise<FreePoem[]> {
  const prefix = vocabulary.prefix(options.form);
  const rows = openings.map((opening, i): FreeRow => {
    const tokens = [...prefix, ...[...opening].map((char) => vocabulary.id(char))];
    const random = new Random(seedOf(options.seed, i));
    return { tokens, given: tokens.length, opening, random, ended: false };
  });
  const sampler = new Sampler(vocabulary.size, null, stepper.kernels);
  const ids = drawable(vocabulary, options.ends);
  stepper.reserve(rows.length);
  for (const n of rows.keys()) stepper.restore(n, null);
  const longest = prefix.length + options.limit;
  for (let t = 0; rows.some((row) => !row.ended && row.tokens.length < longest); t++) {
    const tokens = Int32Array.from(rows, (row) => row.tokens[t] ?? PAD);
    await stepper.step(tokens, rows.length);
    const open = [...rows.entries()].filter(
      ([, row]) => !row.ended && row.tokens.length === t + 1 && row.tokens.length < longest,
    );
    if (open.length === 0) continue;
    const logits = await stepper.logits(open.map(([n]) => n));
    for (const [i, [, row]] of open.entries()) {
      const own = logits.subarray(i * vocabulary.size, (i + 1) * vocabulary.size);
      const id = sampler.drawFrom(own, ids, options.sampling, row.random);
      if (id < 0) throw new DecodingError('the network gives logits that are not numbers');
      row.ended = id === EOS;
      if (!row.ended) row.tokens.push(id);
    }
  }
  return rows.map(({ tokens, given, opening, ended }) => {
    const written = tokens.slice(given);
    const text = written.map((id) => (id === UNK ? UNKNOWN : vocabulary.char(id))).join('');
    return { text: `${opening}${text}`, written: written.length, ended };
  });
}

/** The ids that may be drawn: hanzi, marks, the token for unknown characters and, with `ends`, the end. */
function drawable(vocabulary: Vocabulary, ends: boolean): Int32Array {
  const first = FIRST_HANZI - MARKS.length;
  const written = Array.from({ length: vocabulary.size - first }, (_, i) => first + i);
  return Int32Array.from([UNK, ...(ends ? [EOS] : []), ...written]);
}
