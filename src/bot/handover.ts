/**
 * What another bot needs to give the answer of an interaction, if the bot that took it dies: plain data that goes through
 * Redis with the order. It has the interaction's token, which is valid for fifteen minutes.
 */

import { z } from 'zod';
import { CARD_LAYOUTS, CARD_PAPERS, type CardStyle } from '../card/card.ts';
import { SCRIPTS } from '../poetry/request.ts';
import type { WriteOptions } from '../service/inference.ts';
import type { PoemSpec } from './answer.ts';
import { STORED_SPEC } from './favourites.ts';
import { LOCALES } from './locale.ts';

/**
 * Where the answer appears: in a new message that everyone sees, in one that only the asker sees, or in the message
 * whose button was pressed.
 */
export const REPLY_MODES = ['public', 'ephemeral', 'update'] as const;
export type ReplyMode = (typeof REPLY_MODES)[number];

const HANDOVER = z.object({
  interaction: z.object({ id: z.string(), token: z.string(), application_id: z.string() }),
  mode: z.enum(REPLY_MODES),
  locale: z.enum(LOCALES),
  /** The script to show poems in if the user chose none. */
  script: z.enum(SCRIPTS),
  asker: z.string(),
  /** The poem that was asked for. Null if the answer was to be something else, such as a report. */
  poem: z
    .object({
      spec: STORED_SPEC,
      report: z.boolean(),
      card: z.object({ layout: z.enum(CARD_LAYOUTS), paper: z.enum(CARD_PAPERS) }).nullable(),
    })
    .nullable(),
});

export type Handover = Readonly<z.infer<typeof HANDOVER>>;

/** Throws if the data are of another version. */
export function readHandover(data: unknown): Handover {
  return HANDOVER.parse(data);
}

/** The options of an order for a poem, with which another bot can show the poem as this one would. */
export function withPoem(
  options: WriteOptions,
  spec: PoemSpec,
  { report, card }: { readonly report: boolean; readonly card: CardStyle | null },
): WriteOptions {
  const { handover } = options;
  if (typeof handover !== 'object' || handover === null) return options;
  return { ...options, handover: { ...handover, poem: { spec, report, card } } };
}
