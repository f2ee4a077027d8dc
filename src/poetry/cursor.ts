/**
 * Walks a verse plan while a poem is written: what the next slot needs, and what a character taken leaves open.
 *
 * Several patterns may be open at once, and the model chooses among them by what it writes: a slot admits every
 * character that any open pattern admits, and the one taken closes the patterns that it does not fit. Each open
 * pattern stays completable, so a need never leads into a dead end; where a small vocabulary still has no
 * candidate, the constraints give way one by one in a declared order ({@link RELAXATIONS}), never the shape.
 *
 * Speaks in characters; knows neither vocabulary nor tensors. A step costs less than a microsecond.
 */

import { isHanzi } from './hanzi.ts';
import { alternativesOf, brokenPlaces } from './meter.ts';
import type { Pattern, Slot, VersePlan } from './plan.ts';
import { ALL_RHYMES, rhymesOf, TONE, tonesOf } from './prosody.ts';
import { lookAlikes } from './script.ts';
import { tonesOfSlot } from './slot.ts';

/** What a character in a free or choice slot must be. */
export interface Need {
  /** Tone bits (prosody's `TONE`) allowed: 1 level, 2 oblique, 3 either. */
  readonly tones: number;
  /**
   * The groups in which a character *taken as level* must rhyme, or null where nothing rhymes. Where `tones` is 3,
   * an oblique character is as good: the line may still go without rhyme. Equal lists are the same object.
   */
  readonly rhymes: readonly string[] | null;
  /** Characters not to repeat. Valid until the next `take` or `relax`. */
  readonly used: ReadonlySet<string>;
  /** Verse line, from 0. */
  readonly line: number;
  /** Place in the line, from 0. */
  readonly position: number;
}

/** What gives way, in this order, when no candidate is left. */
export const RELAXATIONS = ['repetition', 'odd-tone', 'rhyme', 'tone'] as const;

/** A character that breaks what its place asked for: given by the asker, or taken after `relax`. */
export interface Deviation {
  /** Index in the plan's slots. */
  readonly slot: number;
  readonly character: string;
  readonly rule: 'repetition' | 'rhyme' | 'tone';
}

/** What the writer knows, so that no poem enters a rhyme in which it has nothing to say. */
export interface Lexicon {
  /** Number of known characters in a 平水韻 group. */
  rhymeSize(group: string): number;
}

/**
 * A rhyme is entered of itself only where the lexicon has so many characters for every rhyme place; where it has no
 * such rhyme, the next number counts.
 */
const CHOICES_PER_RHYME = [8, 4, 2, 1];

/** Whether a character meets a need, repetition included. One of unknown tone does only where none is asked for. */
export function admits(need: Need, char: string): boolean {
  if (need.used.has(char)) return false;
  const tones = tonesOf(char);
  if (tones === 0) return need.tones === 3 && need.rhymes === null;
  if (need.rhymes === null) return (tones & need.tones) !== 0;
  if ((tones & need.tones & TONE.oblique) !== 0) return true;
  const { rhymes } = need;
  return (need.tones & TONE.level) !== 0 && rhymesOf(char).some((group) => rhymes.includes(group));
}

/** A pattern that is still open. */
interface Open {
  readonly pattern: Pattern;
  /** Alternatives of the current line that are still open. */
  shapes: readonly (readonly number[])[];
  /** Rhyme groups still open, as bits in the order of ALL_RHYMES. */
  groups: number;
}

const GROUP_BITS = new Map<string, number>(ALL_RHYMES.map((group, i) => [group, 1 << i]));
const EVERY_GROUP = (1 << ALL_RHYMES.length) - 1;
const NOTHING: ReadonlySet<string> = new Set();

export class PlanCursor {
  readonly #plan: VersePlan;
  /** Groups with enough characters to be entered of themselves. */
  #ample: number;
  /** Written so far or given anywhere in the plan, but for `#echo`. */
  readonly #used = new Set<string>();
  readonly #givenTwice = new Set<string>();
  readonly #deviations: Deviation[] = [];
  #open: Open[];
  #index = 0;
  #relaxed = 0;
  /** The character just written, where it may stand twice in a row (悠悠); else empty. */
  #echo = '';

  constructor(plan: VersePlan, lexicon?: Lexicon) {
    this.#plan = plan;
    this.#ample = ampleGroups(plan, lexicon);
    const groups = bitsOf(plan.rhymes);
    this.#open = plan.patterns.map((pattern) => ({
      pattern,
      shapes: this.#shapesOf(pattern, 0),
      groups,
    }));
    for (const slot of plan.slots) {
      if (slot.kind !== 'given' || !isHanzi(slot.text)) continue;
      if (this.#used.has(slot.text)) this.#givenTwice.add(slot.text);
      this.#used.add(slot.text);
      for (const twin of lookAlikes(slot.text)) this.#used.add(twin);
    }
  }

  /** A cursor at the same place with the same patterns and rhymes open. It moves on its own. */
  copy(): PlanCursor {
    const copy = new PlanCursor(this.#plan);
    copy.#ample = this.#ample;
    copy.#used.clear();
    for (const char of this.#used) copy.#used.add(char);
    copy.#deviations.push(...this.#deviations);
    // What is open is replaced when it changes, except `shapes`, which are assigned.
    copy.#open = this.#open.map((open) => ({ ...open }));
    copy.#index = this.#index;
    copy.#relaxed = this.#relaxed;
    copy.#echo = this.#echo;
    return copy;
  }

  /** The index in the plan's slots of the slot to be written next; their number at the end. */
  get index(): number {
    return this.#index;
  }

  /** The slot to be written next, null at the end. */
  get slot(): Slot | null {
    return this.#plan.slots[this.#index] ?? null;
  }

  /** What was broken so far, by given characters and after {@link relax}. */
  get deviations(): readonly Deviation[] {
    return this.#deviations;
  }

  /** The patterns that the poem so far leaves open. */
  get patterns(): readonly Pattern[] {
    return this.#open.map((open) => open.pattern);
  }

  /** What the current slot needs; null for a given slot and at the end. */
  need(): Need | null {
    const slot = this.slot;
    if (slot === null || slot.kind === 'given') return null;
    const { line, position } = this.#place();
    const ends = position === this.#plan.length - 1;
    let tones = this.#open.length === 0 ? 3 : 0;
    let groups = 0;
    let rhymes = false;
    for (const open of this.#open) {
      for (const shape of open.shapes) tones |= shape[position] as number;
      if (ends && open.pattern.rhymed.includes(line)) {
        rhymes = true;
        groups |= open.groups & this.#ample || open.groups;
      }
    }
    if (this.#relaxed > 1 && position % 2 === 0 && !ends) tones = 3;
    if (this.#relaxed > 2 && rhymes) groups = EVERY_GROUP;
    if (this.#relaxed > 3) {
      tones = 3;
      rhymes = false;
    }
    return {
      tones,
      rhymes: rhymes ? groupsOf(groups) : null,
      used: this.#relaxed > 0 ? NOTHING : this.#used,
      line,
      position,
    };
  }

  /**
   * The forms of a choice slot that its need admits; all of them where it admits none, for the asker gave the
   * character. Empty at any other slot.
   */
  choices(): readonly string[] {
    const slot = this.slot;
    const need = this.need();
    if (slot?.kind !== 'choice' || need === null) return [];
    const fitting = slot.among.filter((char) => admits(need, char));
    return fitting.length > 0 ? fitting : slot.among;
  }

  /**
   * Loosens the current need by one step of {@link RELAXATIONS}, until the next `take`; false when there is nothing
   * left to loosen, and the need admits every character there is.
   */
  relax(): boolean {
    if (this.#relaxed === RELAXATIONS.length) return false;
    this.#relaxed += 1;
    return true;
  }

  /**
   * Writes the current slot: a given slot's own text, or the character chosen for it. Throws a RangeError at the
   * end of the plan.
   */
  take(char: string): void {
    const slot = this.slot;
    if (slot === null) throw new RangeError('the plan is complete');
    const { line, position } = this.#place();
    if (position < this.#plan.length) {
      if (this.#used.has(char) && slot.kind !== 'given') this.#deviate(char, 'repetition');
      this.#remember(char, slot.kind === 'given', position);
      this.#narrow(char, line, position);
    } else {
      for (const open of this.#open) open.shapes = this.#shapesOf(open.pattern, line + 1);
    }
    this.#relaxed = 0;
    this.#index += 1;
  }

  #narrow(char: string, line: number, position: number): void {
    if (this.#open.length === 0) return;
    const tones = tonesOf(char) || TONE.level | TONE.oblique;
    const groups = tonesOf(char) === 0 ? EVERY_GROUP : bitsOf(rhymesOf(char));
    const left: Open[] = [];
    let inTone = false;
    for (const open of this.#open) {
      const shapes = open.shapes.filter((shape) => ((shape[position] as number) & tones) !== 0);
      if (shapes.length === 0) continue;
      inTone = true;
      if (position < this.#plan.length - 1 || !open.pattern.rhymed.includes(line)) {
        left.push({ ...open, shapes });
        continue;
      }
      const common = open.groups & groups;
      if (common !== 0) left.push({ ...open, shapes, groups: common & this.#ample || common });
    }
    if (left.length > 0) this.#open = left;
    else this.#deviate(char, inTone ? 'rhyme' : 'tone');
  }

  /**
   * No character comes twice, unless it follows itself at once in the same line, as people do (悠悠); nor does
   * another that looks the same in simplified script (牆 and 墻).
   */
  #remember(char: string, given: boolean, position: number): void {
    for (const twin of lookAlikes(char)) this.#used.add(twin);
    if (this.#echo !== '') this.#used.add(this.#echo);
    const mayEcho = given ? !this.#givenTwice.has(char) : !this.#used.has(char);
    this.#echo = mayEcho && position < this.#plan.length - 1 ? char : '';
    if (this.#echo === '') this.#used.add(char);
    else this.#used.delete(char);
  }

  /** The alternatives of a line, those only that its fixed characters break least. */
  #shapesOf(pattern: Pattern, line: number): Open['shapes'] {
    const shapes = alternativesOf(pattern.lines[line] ?? '');
    if (shapes.length === 1) return shapes;
    const start = line * (this.#plan.length + 1);
    const tones = this.#plan.slots.slice(start, start + this.#plan.length).map(tonesOfSlot);
    const broken = shapes.map((shape) => brokenPlaces(tones, shape).length);
    const least = Math.min(...broken);
    return shapes.filter((_, i) => broken[i] === least);
  }

  #deviate(character: string, rule: Deviation['rule']): void {
    this.#deviations.push({ slot: this.#index, character, rule });
  }

  #place(): { line: number; position: number } {
    const perLine = this.#plan.length + 1;
    return { line: Math.floor(this.#index / perLine), position: this.#index % perLine };
  }
}

/** Groups that may be entered of themselves; all of them where the asker named one or nobody counted. */
function ampleGroups(plan: VersePlan, lexicon: Lexicon | undefined): number {
  if (lexicon === undefined || plan.rhymes.length <= 1) return EVERY_GROUP;
  const places = Math.max(0, ...plan.patterns.map((pattern) => pattern.rhymed.length));
  for (const choices of CHOICES_PER_RHYME) {
    const ample = plan.rhymes.filter((group) => lexicon.rhymeSize(group) >= places * choices);
    if (ample.length > 0) return bitsOf(ample);
  }
  return EVERY_GROUP;
}

function bitsOf(groups: readonly string[]): number {
  let bits = 0;
  for (const group of groups) bits |= GROUP_BITS.get(group) ?? 0;
  return bits;
}

const lists = new Map<number, readonly string[]>();

function groupsOf(bits: number): readonly string[] {
  let list = lists.get(bits);
  if (list === undefined) {
    list = ALL_RHYMES.filter((group) => (bits & (GROUP_BITS.get(group) as number)) !== 0);
    lists.set(bits, list);
  }
  return list;
}
