/** The ways of writing that are compared: without a plan as the report's programs did, and as it is served. */

import type { Sampling } from '../../decoding/sampler.ts';
import { Stepper } from '../../decoding/stepper.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { compilePlan } from '../../poetry/compile.ts';
import type { FormName } from '../../poetry/form.ts';
import type { Meter, Mood } from '../../poetry/request.ts';
import { generateAll, openDecoder } from '../generation.ts';
import { generateFreely } from './free-generation.ts';

export interface Decoding {
  readonly name: string;
  readonly how:
    | { readonly kind: 'free'; readonly sampling: Sampling; readonly ends: boolean }
    | { readonly kind: 'plan'; readonly mood: Mood; readonly meter: Meter; readonly candidates: number };
}

/** Plain sampling, whatever the served moods are tuned to. */
const PLAIN: Sampling = { temperature: 0.8, nucleus: 0.9 };
const LIKELIEST: Sampling = { temperature: 0, nucleus: 1 };
/** The length at which the report's notebook stopped. */
export const FREE_LIMIT = 50;
/** As it is served. */
const CANDIDATES = 4;

export const DECODINGS: readonly Decoding[] = [
  {
    name: 'argmax',
    how: { kind: 'free', sampling: LIKELIEST, ends: true },
  },
  {
    name: 'argmax, no end',
    how: { kind: 'free', sampling: LIKELIEST, ends: false },
  },
  {
    name: 'sampling',
    how: { kind: 'free', sampling: PLAIN, ends: true },
  },
  {
    name: 'greedy',
    how: { kind: 'plan', mood: 'greedy', meter: 'none', candidates: 1 },
  },
  {
    name: 'verse plan',
    how: { kind: 'plan', mood: 'free', meter: 'strict', candidates: CANDIDATES },
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
  { how }: Decoding,
  openings: readonly string[],
  seed: number,
): Promise<Decoded> {
  if (how.kind === 'free') {
    const { architecture, parameters, vocabulary } = checkpoint;
    const stepper = await Stepper.create(architecture, parameters);
    try {
      const started = performance.now();
      const poems = await generateFreely({ stepper, vocabulary }, openings, {
        form: FORM,
        sampling: how.sampling,
        seed,
        limit: FREE_LIMIT,
        ends: how.ends,
      });
      const written = poems.reduce((sum, poem) => sum + poem.written, 0);
      return { poems, tokensPerSecond: perSecond(written, performance.now() - started) };
    } finally {
      stepper.dispose();
    }
  }
  const { mood, meter, candidates } = how;
  const plans = openings.map((opening) =>
    compilePlan({ kind: 'poem', opening, form: FORM, title: '', meter, rhyme: 'auto' }),
  );
  const decoder = await openDecoder(checkpoint);
  try {
    const { written, ms } = await generateAll(decoder, plans, { mood, candidates, seed });
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
