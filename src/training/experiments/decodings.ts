/** The ways of writing that are compared: without a plan as the report's programs did, and as it is served. */

import type { Checkpoint } from '../../model/checkpoint.ts';
import { SAMPLING } from '../../model/sampler.ts';
import { Stepper } from '../../model/stepper.ts';
import { compilePlan } from '../../poetry/compile.ts';
import type { FormName } from '../../poetry/form.ts';
import type { Meter, Mood } from '../../poetry/request.ts';
import { openDecoder, writeAll } from '../writing.ts';
import { writeFreely } from './free-writing.ts';

export interface Decoding {
  readonly name: string;
  /** In a few words, for a page. */
  readonly description: string;
  readonly mood: Mood;
  /** Null where there is no plan. */
  readonly plan: { readonly meter: Meter; readonly candidates: number } | null;
}

/** The length at which the report's notebook stopped. */
export const FREE_LIMIT = 50;
/** As it is served. */
const CANDIDATES = 4;

export const DECODINGS: readonly Decoding[] = [
  {
    name: 'argmax',
    description: `the report's: always the likeliest character, to the end token or ${FREE_LIMIT} tokens`,
    mood: 'greedy',
    plan: null,
  },
  {
    name: 'sampling',
    description: `drawn at temperature ${SAMPLING.free.temperature} from the likeliest ${100 * SAMPLING.free.nucleus} %, to the end token or ${FREE_LIMIT} tokens`,
    mood: 'free',
    plan: null,
  },
  {
    name: 'greedy',
    description: 'served with `mood:greedy meter:none`: the likeliest character that the plan allows',
    mood: 'greedy',
    plan: { meter: 'none', candidates: 1 },
  },
  {
    name: 'verse plan',
    description: `as it is served: sampling under the verse plan, the best of ${CANDIDATES}`,
    mood: 'free',
    plan: { meter: 'strict', candidates: CANDIDATES },
  },
];

/** The form that is asked for throughout. */
export const FORM: FormName = 'qijue';

export interface DecodedPoem {
  readonly text: string;
  /** Ended by the model or the plan, not cut off. */
  readonly ended: boolean;
}

export interface Decoded {
  readonly poems: readonly DecodedPoem[];
  /** Characters written a second, all poems together in full batches. */
  readonly tokensPerSecond: number;
}

/** A poem to each opening (traditional script). The same seed gives the same poems on the same engine. */
export async function decode(
  checkpoint: Checkpoint,
  { mood, plan }: Decoding,
  openings: readonly string[],
  seed: number,
): Promise<Decoded> {
  if (plan === null) {
    const { architecture, parameters, vocabulary } = checkpoint;
    const stepper = await Stepper.create(architecture, parameters);
    try {
      const started = performance.now();
      const poems = await writeFreely({ stepper, vocabulary }, openings, {
        form: FORM,
        sampling: SAMPLING[mood],
        seed,
        limit: FREE_LIMIT,
      });
      const written = poems.reduce((sum, poem) => sum + poem.written, 0);
      return { poems, tokensPerSecond: perSecond(written, performance.now() - started) };
    } finally {
      stepper.dispose();
    }
  }
  const { meter, candidates } = plan;
  const plans = openings.map((opening) =>
    compilePlan({ kind: 'poem', opening, form: FORM, title: '', meter, rhyme: 'auto' }),
  );
  const decoder = await openDecoder(checkpoint);
  try {
    const { written, ms } = await writeAll(decoder, plans, { mood, candidates, seed });
    const hanzi = written.reduce((sum, poem) => sum + poem.hanzi, 0);
    const poems = written.map(({ characters }) => ({ text: characters.join(''), ended: true }));
    return { poems, tokensPerSecond: perSecond(candidates * hanzi, ms) };
  } finally {
    decoder.dispose();
  }
}

function perSecond(count: number, ms: number): number {
  return (1000 * count) / Math.max(1, ms);
}
