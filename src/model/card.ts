/** The schema of a checkpoint's card: a JSON file with the model's sizes, its files, its origin and its scores. */

import { z } from 'zod';
import { CELL_NAMES } from './architecture.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const fileName = z.string().regex(/^[\w-]+(\.[\w-]+)+$/);
const count = z.int().nonnegative();

/**
 * Scores on poems that the model has not seen. `nll` is the mean negative log-likelihood in nats per token, with
 * punctuation and EOS; `hanziPerplexity` counts hanzi only.
 */
const heldOut = z.object({
  tokens: count,
  nll: z.number(),
  hanziPerplexity: z.number(),
  unknownShare: z.number(),
});

export const cardSchema = z.object({
  format: z.literal('shiren-checkpoint'),
  version: z.literal(1),
  architecture: z.object({
    cell: z.enum(CELL_NAMES),
    vocabulary: z.int().positive(),
    embedding: z.int().positive(),
    hidden: z.int().positive(),
    layers: z.int().positive(),
    tied: z.boolean(),
  }),
  parameters: count,
  weights: z.object({
    file: fileName,
    type: z.enum(['float32', 'float16']),
    sha256,
    /** Name and shape of every tensor, in the order of the file. */
    tensors: z.array(z.object({ name: z.string(), shape: z.array(z.int().positive()) })),
  }),
  vocabulary: z.object({ file: fileName, sha256 }),
  /** Indexes of the training corpus. The decoder uses them so that it does not copy. Null if there are none. */
  novelty: z
    .object({
      /** An `NgramFilter`. */
      runs: z.object({ file: fileName, sha256 }),
      /** A `LineIndex`. */
      lines: z.object({ file: fileName, sha256 }),
    })
    .nullable()
    .default(null),
  /** A `ParallelPairs`: what stands opposite what in parallel couplets of the training corpora. Null if there is none. */
  parallels: z
    .object({ file: fileName, sha256, /** How many couplets it counts. */ couplets: count })
    .nullable()
    .default(null),
  /** A reward model for these weights: what readers' ratings say of each token. Null if there is none. */
  reward: z
    .object({
      file: fileName,
      sha256,
      type: z.literal('float32'),
      /** Whether the file has weights for the network's state behind those of the tokens. */
      readsStates: z.boolean().default(false),
      /** Rated poems that it was fitted to, and their lines. */
      poems: count,
      lines: count,
      /** Correlation with the ratings of lines of other requests: of the reward with the likelihood, and of the likelihood alone. */
      heldOut: z.object({ correlation: z.number(), likelihoodAlone: z.number() }),
    })
    .nullable()
    .default(null),
  /** A network that judges poems, if one was trained for these weights. */
  critic: z
    .object({
      file: fileName,
      sha256,
      type: z.literal('float16'),
      /** Units in each layer of each direction. */
      hidden: z.int().positive(),
      /** Phrases that the model writes much more often than people do. */
      wornPhrases: z.array(z.string()),
      /** Poems that it learned from, people's and the model's. */
      poems: count,
      /** Measured on poems that it has not seen; `auc` on whole poems, `firstCoupletAuc` on first couplets alone. */
      heldOut: z.object({ poems: count, auc: z.number(), firstCoupletAuc: z.number() }),
    })
    .nullable()
    .default(null),
  /** If the weights are a mean: of which, and the share of each. The rest of the card is about the first. */
  average: z
    .array(z.object({ name: z.string(), weights: sha256, share: z.number() }))
    .nullable()
    .default(null),
  /** The complete recipe of the training run. */
  recipe: z.looseObject({ name: z.string() }),
  /** `poems` counts the training split. */
  corpus: z.object({ source: z.string(), sha256, poems: count }),
  /** The corpus of the first stage of the same run. Null if there was only one stage. */
  pretraining: z.object({ source: z.string(), sha256, poems: count }).nullable().default(null),
  /** Readers' ratings that it learned from: the hash of their files, and how many poems. Null if there were none. */
  ratings: z.object({ sha256, poems: count }).nullable().default(null),
  training: z.object({
    steps: count,
    /** May have a fraction. */
    epochs: z.number(),
    /** Number of predictions that contributed to the loss, repeats included. */
    tokens: count,
    /** The checkpoint whose weights the run began with, and what it had learned from. Null: random weights. */
    initial: z.object({ name: z.string(), weights: sha256, tokens: count }).nullable().optional(),
    /** Training time of all sessions. */
    seconds: z.number(),
    finished: z.boolean(),
    engine: z.object({ name: z.string(), device: z.string(), version: z.string() }),
  }),
  /** Measured with the stored weights. Null if not measured yet. */
  heldOut: z.object({ validation: heldOut.nullable(), test: heldOut.nullable() }),
  /** Of everything above; card-checksum.ts. Older cards have none. */
  sha256: sha256.optional(),
});

/** The vocabulary file: the hanzi in the order of their ids, and the number of occurrences of each. */
export const vocabularySchema = z.object({ hanzi: z.string(), counts: z.array(z.int()).optional() });

export type Card = z.infer<typeof cardSchema>;
export type HeldOutScores = z.infer<typeof heldOut>;
