/**
 * Writing without a plan, as the report's programs did it: an opening goes in, and character after character is
 * drawn from the whole vocabulary, until the model says that the poem ends or a length is reached. Nothing is
 * promised of what comes out, the token for unknown characters included.
 */

import { seedOf } from '../../decoding/ranking.ts';
import { DecodingError } from '../../decoding/row.ts';
import { Sampler, type Sampling } from '../../decoding/sampler.ts';
import type { Stepper } from '../../decoding/stepper.ts';
import { Random } from '../../model/random.ts';
import { EOS, FIRST_HANZI, MARKS, PAD, UNK, type Vocabulary } from '../../model/vocabulary.ts';
import type { FormTag } from '../../poetry/form.ts';

/** How an unknown character is shown. */
export const UNKNOWN = '□';

export interface FreePoem {
  /** Opening included. */
  readonly text: string;
  /** Characters and marks after the opening. */
  readonly written: number;
  /** The model ended it of itself. */
  readonly ended: boolean;
}

export interface FreeGenerationOptions {
  readonly form: FormTag;
  readonly sampling: Sampling;
  readonly seed: number;
  /** Characters and marks in all, after which a poem is cut off. */
  readonly limit: number;
  /** Whether the model may end a poem; otherwise each is written to the limit. */
  readonly ends: boolean;
}

interface Row {
  readonly tokens: number[];
  readonly prefix: number;
  readonly opening: number;
  readonly random: Random;
  ended: boolean;
}

/**
 * A poem to each opening, all in one batch. A poem depends on its opening, its place and the seed, not on its
 * neighbours. Throws a {@link DecodingError} where the network's numbers cannot be drawn from.
 */
export async function generateFreely(
  { stepper, vocabulary }: { readonly stepper: Stepper; readonly vocabulary: Vocabulary },
  openings: readonly string[],
  options: FreeGenerationOptions,
): Promise<FreePoem[]> {
  const prefix = vocabulary.prefix(options.form);
  const rows = openings.map((opening, i): Row => {
    const given = [...opening].map((char) => vocabulary.id(char));
    const random = new Random(seedOf(options.seed, i));
    return {
      tokens: [...prefix, ...given],
      prefix: prefix.length,
      opening: given.length,
      random,
      ended: false,
    };
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
  return rows.map(({ tokens, prefix: from, opening, ended }, i) => {
    const own = tokens.slice(from + opening);
    const text = own.map((id) => (id === UNK ? UNKNOWN : vocabulary.char(id))).join('');
    return { text: `${openings[i]}${text}`, written: own.length, ended };
  });
}

/** All that a program without a plan may write: hanzi, marks, the token for what is unknown, perhaps the end. */
function drawable(vocabulary: Vocabulary, ends: boolean): Int32Array {
  const first = FIRST_HANZI - MARKS.length;
  const written = Array.from({ length: vocabulary.size - first }, (_, i) => first + i);
  return Int32Array.from([UNK, ...(ends ? [EOS] : []), ...written]);
}
