/** The ways of decoding that are compared: without a plan, as the programs of the report do, and as the service does. */

import { openDecoder } from '../../decoding/open-decoder.ts';
import type { Sampling } from '../../decoding/sampling.ts';
import { Stepper } from '../../decoding/stepper.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { compilePlan } from '../../poetry/compile.ts';
import type { FormName } from '../../poetry/form.ts';
import type { Meter, Mood } from '../../poetry/request.ts';
import { generateAll } from '../generation.ts';
import { generateFreely } from './free-generation.ts';

export interface Decoding {
  readonly name: string;
  readonly how:
    | { readonly kind: 'free'; readonly sampling: Sampling; readonly ends: boolean }
    | { readonly kind: 'plan'; readonly mood: Mood; readonly meter: Meter; readonly candidates: number };
}

/** Plain sampling, independent of the moods of the service. docs/experiments.md states these numbers. */
const PLAIN: Sampling = { temperature: 0.8, topP: 0.9 };
const LIKELIEST: Sampling = { temperature: 0, topP: 1 };
/** Tokens after which the report's notebook stopped. */
export const FREE_LIMIT = 50;
/** As many as the bot orders. */
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

/** The form of all poems. */
export const FORM: FormName = 'qijue';

export interface DecodedPoem {
  readonly text: string;
  /** Whether the model or the plan ended the poem; otherwise it was cut off. */
  readonly ended: boolean;
}

export interface Decoded {
  readonly poems: readonly DecodedPoem[];
  /** Characters generated a second, all poems together in full batches. */
  readonly tokensPerSecond: number;
}

/** Generates a poem for each opening (traditional script). The same seed gives the same poems on the same engine. */
export async function decode(
  checkpoint: Checkpoint,
  { how }: Decoding,
  openings: readonly string[],
  seed: number,
): Promise<Decoded> {
  return how.kind === 'free'
    ? decodeFreely(checkpoint, how, openings, seed)
    : decodeByPlan(checkpoint, how, openings, seed);
}

async function decodeFreely(
  { architecture, parameters, vocabulary }: Checkpoint,
  { sampling, ends }: Decoding['how'] & { kind: 'free' },
  openings: readonly string[],
  seed: number,
): Promise<Decoded> {
  const stepper = await Stepper.create(architecture, parameters);
  try {
    const startedAt = performance.now();
    const options = { form: FORM, sampling, seed, limit: FREE_LIMIT, ends };
    const poems = await generateFreely({ stepper, vocabulary }, openings, options);
    const written = poems.reduce((sum, poem) => sum + poem.written, 0);
    return { poems, tokensPerSecond: perSecond(written, performance.now() - startedAt) };
  } finally {
    stepper.dispose();
  }
}

async function decodeByPlan(
  checkpoint: Checkpoint,
  { mood, meter, candidates }: Decoding['how'] & { kind: 'plan' },
  openings: readonly string[],
  seed: number,
): Promise<Decoded> {
  const plans = openings.map((opening) =>
    compilePlan({ kind: 'poem', opening, form: FORM, title: '', meter, rhyme: 'auto' }),
  );
  const decoder = await openDecoder(checkpoint);
  try {
    const { poems, ms } = await generateAll(decoder, plans, { mood, candidates, kept: candidates, seed });
    const hanzi = poems.reduce((sum, poem) => sum + poem.hanzi, 0);
    return {
      poems: poems.map(({ characters }) => ({ text: characters.join(''), ended: true })),
      tokensPerSecond: perSecond(candidates * hanzi, ms),
    };
  } finally {
    decoder.dispose();
  }
}

function perSecond(count: number, ms: number): number {
  return (1000 * count) / Math.max(1, ms);
}
