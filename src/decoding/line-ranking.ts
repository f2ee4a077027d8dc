/** Ranks what was written for one line, and chooses answers among it that differ from one another. */

import { isLineLength } from '../poetry/form.ts';
import type { VersePlan } from '../poetry/plan.ts';
import { TONE, tonesOf } from '../poetry/prosody.ts';
import type { Decoder } from './decoder.ts';
import { parallelism } from './parallelism.ts';
import { cost, LINE_WEIGHTS } from './ranking.ts';
import type { RowResult } from './row.ts';

/** Two answers share at most this part of what was written; fewer answers come closer to each other if they must. */
const MOST_SHARED = 0.5;

/** What it costs to end a second line on a character that may be read oblique (浪): readers expect a level one. */
const DOUBTFUL_ENDING = 0.5;
/** What it costs to end a line on a character twice. 悠悠 is a word, but 荻花花 is a slip, and more frequent. */
const DOUBLED_ENDING = 0.3;

/** The results, the best first. The critic judges whole poems of regulated verse only, and only if it is `asked`. */
export function rankLines(
  decoder: Decoder,
  plan: VersePlan,
  results: readonly RowResult[],
  asked = true,
): RowResult[] {
  const { critic, parallels, association } = decoder;
  const whole = results.every(({ characters }) => characters.length === plan.slots.length);
  const logits =
    critic && asked && whole && isLineLength(plan.length)
      ? critic.logits(results.map((result) => decoder.criticTokens(result, plan)))
      : [];
  return results
    .map((result, i) => {
      const parallel = parallels ? parallelism(result.characters, plan, parallels) : 0;
      const wornPhrases = critic?.wornPhrases;
      const title = plan.title || result.title;
      const judged = { result, title, critic: logits[i], wornPhrases, parallel, association };
      return { result, cost: cost(judged, LINE_WEIGHTS) + endingCost(result, plan) };
    })
    .sort((a, b) => a.cost - b.cost)
    .map(({ result }) => result);
}

function endingCost({ characters }: RowResult, { slots, length }: VersePlan): number {
  const last = slots.findLastIndex(({ kind }) => kind === 'free');
  const slot = slots[last];
  const isEnding = last % (length + 1) === length - 1 && characters.length > last;
  if (slot?.kind !== 'free' || !isEnding) return 0;
  if (slot.opposite === undefined) return characters[last] === characters[last - 1] ? DOUBLED_ENDING : 0;
  return tonesOf(characters[last] ?? '') === TONE.level ? 0 : DOUBTFUL_ENDING;
}

/** The best `count` results that differ enough; if there are too few of them, the best of the others. */
export function chooseDifferent(ranked: readonly RowResult[], plan: VersePlan, count: number): RowResult[] {
  const chosen: RowResult[] = [];
  for (const result of ranked) {
    if (chosen.length === count) return chosen;
    if (chosen.every((other) => sharedPart(result, other, plan) <= MOST_SHARED)) chosen.push(result);
  }
  for (const result of ranked) {
    if (chosen.length < count && !chosen.includes(result)) chosen.push(result);
  }
  return chosen;
}

/** The part of what was written that two results have in common. */
function sharedPart(one: RowResult, other: RowResult, { slots }: VersePlan): number {
  const places = slots.flatMap(({ kind }, i) => (kind === 'free' ? [i] : []));
  const same = places.filter((i) => one.characters[i] === other.characters[i]);
  return same.length / places.length;
}
