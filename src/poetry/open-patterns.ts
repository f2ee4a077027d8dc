/**
 * The tone patterns that a poem may still follow while it is written.
 *
 * Several patterns may be open at once, and the model chooses among them by what it writes: a place allows what any open
 * pattern allows, and each character closes the patterns that it does not fit. A pattern that is left open can always be
 * completed, so no choice leads to a dead end.
 */

import { alternativesOf, brokenPlaces } from './meter.ts';
import type { Pattern, VersePlan } from './plan.ts';
import { rhymesOf, TONE, tonesOf, usualRhymesOf, usualTonesOf } from './prosody.ts';
import { EVERY_GROUP, groupBits } from './rhyme-set.ts';
import { tonesOfSlot } from './slot.ts';

/** How many characters of each rhyme group the model knows. A poem does not choose a rhyme that has too few. */
export interface RhymeSizes {
  /** Number of known characters in a 平水韻 group. */
  rhymeSize(group: string): number;
}

/**
 * The model may choose a rhyme group only if it knows this many characters for every line that rhymes. If no group has
 * enough, the next number applies.
 */
const CHARACTERS_PER_RHYME = [8, 4, 2, 1];

interface OpenPattern {
  readonly pattern: Pattern;
  /** The alternatives of the current line that are still open. */
  readonly shapes: readonly (readonly number[])[];
  /** The rhyme groups that are still open, as a set of rhyme-set.ts. */
  readonly groups: number;
}

export class OpenPatterns {
  readonly #plan: VersePlan;
  /** The groups that have enough characters, as a set. */
  #ample: number;
  #open: readonly OpenPattern[];

  constructor(plan: VersePlan, rhymeSizes?: RhymeSizes) {
    this.#plan = plan;
    this.#ample = ampleGroups(plan, rhymeSizes);
    const groups = groupBits(plan.rhymes);
    this.#open = plan.patterns.map((pattern) => ({ pattern, shapes: this.#shapesOf(pattern, 0), groups }));
  }

  /** The same patterns and rhymes, to be narrowed apart from these. */
  copy(): OpenPatterns {
    const copy = new OpenPatterns(this.#plan);
    copy.#ample = this.#ample;
    // The list is replaced, not changed, when it is narrowed.
    copy.#open = this.#open;
    return copy;
  }

  get patterns(): readonly Pattern[] {
    return this.#open.map(({ pattern }) => pattern);
  }

  /**
   * What the open patterns allow at a place: tone bits, and a set of rhyme groups. `groups` is null if none rhymes.
   * `obliqueOnly` says that a line which may not be taken to rhyme ends here.
   */
  allowedAt(line: number, position: number): { tones: number; groups: number | null; obliqueOnly: boolean } {
    if (this.#open.length === 0) return { tones: TONE.either, groups: null, obliqueOnly: false };
    let tones = 0;
    let groups: number | null = null;
    let obliqueOnly = false;
    for (const open of this.#open) {
      if (this.#endsUnrhymed(open, line, position)) obliqueOnly = true;
      for (const shape of open.shapes) tones |= shape[position] ?? 0;
      if (this.#rhymesAt(open, line, position)) groups = (groups ?? 0) | this.#preferAmple(open.groups);
    }
    return { tones, groups, obliqueOnly };
  }

  /**
   * Closes the patterns that a character does not fit. A character that the request gives (`given`) counts with all its
   * readings, one that the model wrote with its usual ones. If it fits no pattern, all stay open, and the rule that it
   * breaks is returned; otherwise null.
   */
  narrow(char: string, line: number, position: number, given = false): 'tone' | 'rhyme' | null {
    if (this.#open.length === 0) return null;
    const known = given ? tonesOf(char) : usualTonesOf(char);
    const tones = known === 0 ? TONE.either : known;
    const groups = known === 0 ? EVERY_GROUP : groupBits(given ? rhymesOf(char) : usualRhymesOf(char));
    const left: OpenPattern[] = [];
    let fitsTone = false;
    for (const open of given ? this.#open : this.#readAsLevel(char, line, position)) {
      const shapes = open.shapes.filter((shape) => ((shape[position] ?? 0) & tones) !== 0);
      if (shapes.length === 0) continue;
      fitsTone = true;
      if (!this.#rhymesAt(open, line, position)) {
        left.push({ ...open, shapes });
        continue;
      }
      const common = open.groups & groups;
      if (common !== 0) left.push({ ...open, shapes, groups: this.#preferAmple(common) });
    }
    if (left.length === 0) return fitsTone ? 'rhyme' : 'tone';
    this.#open = left;
    return null;
  }

  /** Opens the alternatives of the next verse line. */
  startLine(line: number): void {
    this.#open = this.#open.map((open) => ({ ...open, shapes: this.#shapesOf(open.pattern, line) }));
  }

  #rhymesAt({ pattern }: OpenPattern, line: number, position: number): boolean {
    return position === this.#plan.length - 1 && pattern.rhymed.includes(line);
  }

  /** The open patterns without those in which this character would end a line that does not rhyme; all if none is left. */
  #readAsLevel(char: string, line: number, position: number): readonly OpenPattern[] {
    if (position !== this.#plan.length - 1 || (tonesOf(char) & TONE.level) === 0) return this.#open;
    const rhymed = this.#open.filter((open) => !this.#endsUnrhymed(open, line, position));
    return rhymed.length > 0 ? rhymed : this.#open;
  }

  /** Whether a line that ends oblique, because it does not rhyme, ends at this place. */
  #endsUnrhymed({ pattern, shapes }: OpenPattern, line: number, position: number): boolean {
    return (
      position === this.#plan.length - 1 &&
      !pattern.rhymed.includes(line) &&
      shapes.every((shape) => shape[position] === TONE.oblique)
    );
  }

  /** The groups of a set that have enough characters; the whole set if none has. */
  #preferAmple(groups: number): number {
    return groups & this.#ample || groups;
  }

  /** The alternatives of a line that its fixed characters break least. */
  #shapesOf(pattern: Pattern, line: number): OpenPattern['shapes'] {
    const shapes = alternativesOf(pattern.lines[line] ?? '');
    if (shapes.length === 1) return shapes;
    const start = line * (this.#plan.length + 1);
    const tones = this.#plan.slots.slice(start, start + this.#plan.length).map(tonesOfSlot);
    const broken = shapes.map((shape) => brokenPlaces(tones, shape).length);
    const least = Math.min(...broken);
    return shapes.filter((_, i) => broken[i] === least);
  }
}

/** The groups that the model may choose. All of them if the request names one, or if the sizes are unknown. */
function ampleGroups(plan: VersePlan, rhymeSizes: RhymeSizes | undefined): number {
  if (rhymeSizes === undefined || plan.rhymes.length <= 1) return EVERY_GROUP;
  const places = Math.max(0, ...plan.patterns.map((pattern) => pattern.rhymed.length));
  for (const each of CHARACTERS_PER_RHYME) {
    const ample = plan.rhymes.filter((group) => rhymeSizes.rhymeSize(group) >= places * each);
    if (ample.length > 0) return groupBits(ample);
  }
  return EVERY_GROUP;
}
