/** 改一句: plans a poem that is written already, of which one line is to be written anew. */

import { isHanzi } from './hanzi.ts';
import { leastBroken } from './least-broken.ts';
import type { Slot, VersePlan } from './plan.ts';
import { rhymesOf } from './prosody.ts';

/** The lines of which the model wrote at least one character, by their indices. The others are wholly the user's. */
export function mendableLines({ slots, lines, length }: VersePlan): number[] {
  return Array.from({ length: lines }, (_, line) => line).filter((line) =>
    slots.slice(line * (length + 1), (line + 1) * (length + 1)).some(({ kind }) => kind === 'free'),
  );
}

/**
 * The plan of the poem `characters` with the line of index `line` left open. That line keeps what the request gave it. It
 * has to fit the tone pattern and the rhyme that the other lines follow, and repeats none of their characters.
 *
 * `plan` is what the poem was written to, and `characters` has one string in traditional script for each of its slots.
 * `title` is the poem's title, even if the model wrote it.
 */
export function mendingPlan(
  plan: VersePlan,
  characters: readonly string[],
  line: number,
  title: string,
): VersePlan {
  const { length, slots: before } = plan;
  const [start, end] = [line * (length + 1), (line + 1) * (length + 1)];
  const slots = before.map(
    (slot, i): Slot => (i >= start && i < end ? slot : kept(slot, characters[i] ?? '')),
  );
  const patterns = leastBroken(plan.patterns, slots, length, plan.rhymes);
  return { ...plan, title, slots, patterns, rhymes: rhymesOfOthers({ ...plan, patterns }, characters, line) };
}

function kept(slot: Slot, text: string): Slot {
  if (slot.kind === 'given') return slot;
  if (slot.kind === 'choice') return { kind: 'given', text, ...(slot.typed ? { typed: slot.typed } : {}) };
  return isHanzi(text) ? { kind: 'given', text, written: true } : slot;
}

/** The groups in which most of the other rhyming lines rhyme. The cursor would learn of later lines too late. */
function rhymesOfOthers(
  { rhymes, patterns, length }: VersePlan,
  characters: readonly string[],
  line: number,
): readonly string[] {
  // Whether the first line rhymes may still be open.
  const rhymed = patterns
    .map((pattern) => pattern.rhymed.filter((other) => other !== line))
    .reduce((fewest, others) => (others.length < fewest.length ? others : fewest), patterns[0]?.rhymed ?? []);
  const endings = rhymed
    .filter((other) => other !== line)
    .map((other) => rhymesOf(characters[other * (length + 1) + length - 1] ?? ''));
  const hits = rhymes.map((group) => endings.filter((groups) => groups.includes(group)).length);
  const most = Math.max(...hits);
  return rhymes.filter((_, i) => hits[i] === most);
}
