/**
 * Walks through a verse plan while a poem is written: says what the next slot allows, and takes the character that was
 * chosen. It works on characters only, without vocabulary or tensors. A step takes less than a microsecond.
 *
 * With a small vocabulary, no character may satisfy a slot's constraint. The caller then relaxes it step by step, in the
 * order of {@link RELAXATIONS}. The shape of the poem never changes.
 */

import { isHanzi } from './hanzi.ts';
import { OpenPatterns, type RhymeSizes } from './open-patterns.ts';
import type { Pattern, Slot, VersePlan } from './plan.ts';
import { TONE } from './prosody.ts';
import { EVERY_GROUP, groupsIn } from './rhyme-set.ts';
import { lookAlikes } from './script.ts';
import { admitsForm, type SlotConstraint } from './slot-constraint.ts';

/** What {@link PlanCursor.relax} drops, in this order: each step keeps the earlier ones dropped. */
export const RELAXATIONS = ['repetition', 'odd-tone', 'rhyme', 'tone'] as const;

/** A character that breaks a rule at its place: the request gave it, or it was taken after {@link PlanCursor.relax}. */
export interface Deviation {
  /** Index in the plan's slots. */
  readonly slot: number;
  readonly character: string;
  readonly rule: 'repetition' | 'rhyme' | 'tone';
}

const NO_CHARACTERS: ReadonlySet<string> = new Set();

export class PlanCursor {
  readonly #plan: VersePlan;
  #patterns: OpenPatterns;
  /** Characters that may not be written: those written so far and those given anywhere in the plan, except `#echo`. */
  readonly #used = new Set<string>();
  readonly #givenTwice = new Set<string>();
  readonly #deviations: Deviation[] = [];
  #index = 0;
  /** Number of {@link RELAXATIONS} that apply to the current slot. */
  #relaxed = 0;
  /** The character just written, if it may be written once more (悠悠). Otherwise empty. */
  #echo = '';

  /** Without `rhymeSizes`, every rhyme group counts as large enough. */
  constructor(plan: VersePlan, rhymeSizes?: RhymeSizes) {
    this.#plan = plan;
    this.#patterns = new OpenPatterns(plan, rhymeSizes);
    for (const slot of plan.slots) {
      if (slot.kind === 'free' || slot.kind === 'same' || (slot.kind === 'given' && !isHanzi(slot.text)))
        continue;
      // The forms of a choice look the same in one of the scripts, so none of them may stand elsewhere.
      for (const char of slot.kind === 'given' ? [slot.text] : slot.among) {
        if (this.#used.has(char)) this.#givenTwice.add(char);
        this.#used.add(char);
      }
      for (const char of slot.kind === 'given' ? [slot.text] : slot.among) {
        for (const twin of lookAlikes(char)) this.#used.add(twin);
      }
    }
  }

  /** A cursor at the same place with the same patterns and rhymes open. It moves on its own. */
  copy(): PlanCursor {
    const copy = new PlanCursor(this.#plan);
    copy.#patterns = this.#patterns.copy();
    copy.#used.clear();
    for (const char of this.#used) copy.#used.add(char);
    copy.#deviations.push(...this.#deviations);
    copy.#index = this.#index;
    copy.#relaxed = this.#relaxed;
    copy.#echo = this.#echo;
    return copy;
  }

  /** The index in the plan's slots of the slot to write next. Their number at the end of the plan. */
  get index(): number {
    return this.#index;
  }

  /** The slot to write next. Null at the end of the plan. */
  get slot(): Slot | null {
    return this.#plan.slots[this.#index] ?? null;
  }

  /** The rules broken so far. */
  get deviations(): readonly Deviation[] {
    return this.#deviations;
  }

  /** The patterns that the poem may still follow. */
  get patterns(): readonly Pattern[] {
    return this.#patterns.patterns;
  }

  /** What the current slot allows. Null at the end of the plan, and for a slot in which nothing is chosen. */
  constraint(): SlotConstraint | null {
    const slot = this.slot;
    if (slot === null || slot.kind === 'given' || slot.kind === 'same') return null;
    const { line, position } = this.#place();
    const isLast = position === this.#plan.length - 1;
    let { tones, groups, obliqueOnly } = this.#patterns.allowedAt(line, position);
    // Places 1, 3 and 5 of a line have an even index.
    if (this.#drops('odd-tone') && position % 2 === 0 && !isLast) tones = TONE.either;
    if (this.#drops('rhyme')) {
      if (groups !== null) groups = EVERY_GROUP;
      obliqueOnly = false;
    }
    if (this.#drops('tone')) {
      tones = TONE.either;
      groups = null;
    }
    return {
      tones,
      rhymes: groups === null ? null : groupsIn(groups),
      obliqueOnly,
      used: this.#drops('repetition') ? NO_CHARACTERS : this.#used,
      line,
      position,
    };
  }

  /**
   * The forms of a choice slot that its constraint allows. All forms if it allows none, because the request gave the
   * character. Empty at any other slot.
   */
  choices(): readonly string[] {
    const slot = this.slot;
    const constraint = this.constraint();
    if (slot?.kind !== 'choice' || constraint === null) return [];
    const fitting = slot.among.filter((char) => admitsForm(constraint, char));
    return fitting.length > 0 ? fitting : slot.among;
  }

  /**
   * Drops the next of {@link RELAXATIONS} for the current slot, until the next `take`. Returns false if all are dropped
   * already; the constraint then allows every character.
   */
  relax(): boolean {
    if (this.#relaxed === RELAXATIONS.length) return false;
    this.#relaxed += 1;
    return true;
  }

  /**
   * Writes the current slot: its own text if it is a given slot, the earlier character if it is the same as one, otherwise
   * the chosen character. Throws a RangeError at
   * the end of the plan.
   */
  take(char: string): void {
    const slot = this.slot;
    if (slot === null) throw new RangeError('the plan is complete');
    const { line, position } = this.#place();
    if (position < this.#plan.length) {
      const given = slot.kind !== 'free';
      if (this.#used.has(char) && !given) this.#deviate(char, 'repetition');
      this.#remember(char, given, position);
      const broken = this.#patterns.narrow(char, line, position, given);
      if (broken !== null) this.#deviate(char, broken);
    } else {
      this.#patterns.startLine(line + 1);
    }
    this.#relaxed = 0;
    this.#index += 1;
  }

  #drops(rule: (typeof RELAXATIONS)[number]): boolean {
    return this.#relaxed > RELAXATIONS.indexOf(rule);
  }

  /**
   * No character is repeated, unless it follows itself directly in the same line (悠悠). A character that looks the same
   * in simplified script (牆 and 墻) counts as the same.
   */
  #remember(char: string, given: boolean, position: number): void {
    for (const twin of lookAlikes(char)) this.#used.add(twin);
    if (this.#echo !== '') this.#used.add(this.#echo);
    const mayEcho = given ? !this.#givenTwice.has(char) : !this.#used.has(char);
    const next = this.#plan.slots[this.#index + 1];
    // A line that mirrors another doubles a character only where that one does.
    const mirrors = next?.kind === 'free' && next.opposite !== undefined;
    this.#echo = mayEcho && !mirrors && position < this.#plan.length - 1 ? char : '';
    if (this.#echo === '') this.#used.add(char);
    else this.#used.delete(char);
  }

  #deviate(character: string, rule: Deviation['rule']): void {
    this.#deviations.push({ slot: this.#index, character, rule });
  }

  #place(): { line: number; position: number } {
    const perLine = this.#plan.length + 1;
    return { line: Math.floor(this.#index / perLine), position: this.#index % perLine };
  }
}
