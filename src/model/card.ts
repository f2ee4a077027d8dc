/**
 * A checkpoint's card: what it is, how it came about, and what it scored, as JSON that a person can read.
 */

import { z } from 'zod';
import { CELL_NAMES } from './architecture.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const fileName = z.string().regex(/^[\w-]+(\.[\w-]+)+$/);
const count = z.int().nonnegative();

/** Scores on poems that the model never saw. NLL in nats a token (marks and end included), perplexity a hanzi. */
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
    /** Every tensor's name and shape, in the order in which the file holds them. */
    tensors: z.array(z.object({ name: z.string(), shape: z.array(z.int().positive()) })),
  }),
  vocabulary: z.object({ file: fileName, sha256 }),
  /** What the training corpus says, so that poems do not repeat it; null where none was kept. */
  novelty: z
    .object({
      /** A `RunIndex`. */
      runs: z.object({ file: fileName, sha256 }),
      /** A `LineIndex`. */
      lines: z.object({ file: fileName, sha256 }),
    })
    .nullable()
    .default(null),
  /** The whole recipe as it was run. */
  recipe: z.looseObject({ name: z.string() }),
  /** `poems` are those of the training split. */
  corpus: z.object({ source: z.string(), sha256, poems: count }),
  /** What was trained on before it, in the same run; null where there was nothing. */
  pretraining: z.object({ source: z.string(), sha256, poems: count }).nullable().default(null),
  training: z.object({
    steps: count,
    /** With fractions. */
    epochs: z.number(),
    /** Predictions learned from, repeats included. */
    tokens: count,
    /** Spent training, all sessions together. */
    seconds: z.number(),
    finished: z.boolean(),
    engine: z.object({ name: z.string(), device: z.string(), version: z.string() }),
  }),
  /** Measured with the weights as they are stored; null until measured. */
  heldOut: z.object({ validation: heldOut.nullable(), test: heldOut.nullable() }),
});

/** What the vocabulary's file holds: the hanzi in the order of their ids, and how often each occurs. */
export const vocabularySchema = z.object({ hanzi: z.string(), counts: z.array(z.int()).optional() });

export type Card = z.infer<typeof cardSchema>;
export type HeldOutScores = z.infer<typeof heldOut>;
