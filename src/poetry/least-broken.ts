/** Which tone patterns a poem can still follow when some of its characters are fixed. */

import { fitLine } from './meter.ts';
import type { Pattern, Slot } from './plan.ts';
import { rhymesOfSlot, tonesOfSlot, usualTonesOfSlot } from './slot.ts';

/** What a breach costs, against 1 for a character that fits only by a rare reading. */
const BREACH = 1000;

/** The patterns that the characters which are fixed in advance break least. All patterns if they break none. */
export function leastBroken(
  patterns: readonly Pattern[],
  slots: readonly Slot[],
  length: number,
  rhymes: readonly string[],
): Pattern[] {
  const costs = patterns.map((pattern) => {
    let cost = 0;
    const endings: (readonly string[])[] = [];
    for (const [line, shape] of pattern.lines.entries()) {
      const places = slots.slice(line * (length + 1), line * (length + 1) + length);
      cost += BREACH * fitLine(places.map(tonesOfSlot), shape).broken.length;
      cost += fitLine(places.map(usualTonesOfSlot), shape).broken.length;
      const last = places.at(length - 1);
      if (last !== undefined && pattern.rhymed.includes(line)) {
        const groups = rhymesOfSlot(last);
        if (groups.length > 0) endings.push(groups);
      }
    }
    const missed = rhymes.map((rhyme) => endings.filter((groups) => !groups.includes(rhyme)).length);
    return cost + BREACH * Math.min(...missed);
  });
  const least = Math.min(...costs);
  return patterns.filter((_, i) => costs[i] === least);
}
