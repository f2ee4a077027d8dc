/** 改一句: offers other lines for one of a poem, and puts one of them in its place. */

import { mendableLines, mendingPlan } from '../poetry/mend.ts';
import type { VersePlan } from '../poetry/plan.ts';
import type { Script } from '../poetry/request.ts';
import { showCharacters } from '../poetry/show.ts';
import type { Asker, Inference, WriteOptions } from '../service/inference.ts';
import type { OfferedLine, PoemSpec } from './answer.ts';
import { UserError } from './user-error.ts';

/** How many lines are offered. */
export const OFFERED = 3;

/** A poem that is written. */
export interface Mendable {
  readonly spec: PoemSpec;
  readonly plan: VersePlan;
  /** In traditional script, one string for each slot of the plan. */
  readonly characters: readonly string[];
  /** In traditional script; empty if there is none. */
  readonly title: string;
  /** The script in which the poem is shown. */
  readonly script: Script;
}

/**
 * Prepares other lines for the one with this index. Throws {@link UserError} if there is no such line, or if all its
 * characters are the user's.
 */
export function prepareOffer(
  poem: Mendable,
  line: number,
  seed: number,
  { inference, asker }: { readonly inference: Inference; readonly asker: Asker },
): (options: WriteOptions) => Promise<readonly OfferedLine[]> {
  const { spec, characters, title } = poem;
  if (line < 0 || line >= poem.plan.lines) throw new UserError('mend-no-line', { lines: poem.plan.lines });
  if (!mendableLines(poem.plan).includes(line)) throw new UserError('mend-given', { line: line + 1 });
  const plan = mendingPlan(poem.plan, characters, line, title);
  const order = { plan, mood: spec.mood, seed, line: { answers: OFFERED, besides: characters } };
  return async (options) => {
    const written = await inference.write(order, asker, options);
    return [written.characters, ...written.others].map((each) => ({
      characters: each,
      shown: lineShown({ ...poem, characters: each }, line),
    }));
  };
}

/** A line of a poem as it is shown, without its mark. */
export function lineShown(
  { plan, characters, script }: Omit<Mendable, 'spec' | 'title'>,
  line: number,
): string {
  const start = line * (plan.length + 1);
  return showCharacters(characters, plan, script)
    .slice(start, start + plan.length)
    .join('');
}
