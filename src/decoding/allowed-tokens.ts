/**
 * Which token ids a slot allows. The tones and rhymes of every hanzi of a vocabulary are kept as bits. The list of ids for
 * a combination of tones and rhymes is made once and shared by all rows.
 */

import { BOS, FIRST_HANZI, type Vocabulary } from '../model/vocabulary.ts';
import type { RhymeSizes } from '../poetry/open-patterns.ts';
import { ALL_RHYMES, TONE, tonesOf, usualRhymesOf, usualTonesOf } from '../poetry/prosody.ts';
import type { SlotConstraint } from '../poetry/slot-constraint.ts';

const EITHER_TONE = TONE.level | TONE.oblique;
/** Far more combinations than are in use. The bound keeps a long-lived process from growing. */
const MAX_LISTS = 2048;

export class AllowedTokens implements RhymeSizes {
  /** The tones of each id by its usual readings. */
  readonly #tones: Uint8Array;
  /** By id: 1 if the character has a level reading, however rare. */
  readonly #mayBeLevel: Uint8Array;
  readonly #rhymes: Uint32Array;
  readonly #rhymeSizes = new Map<string, number>();
  readonly #lists = new Map<number, Int32Array>();
  readonly #titleHanzi: Int32Array;
  readonly #titleOrEnd: Int32Array;

  constructor(vocabulary: Vocabulary) {
    this.#tones = new Uint8Array(vocabulary.size);
    this.#mayBeLevel = new Uint8Array(vocabulary.size);
    this.#rhymes = new Uint32Array(vocabulary.size);
    const hanzi = Array.from({ length: vocabulary.size - FIRST_HANZI }, (_, i) => FIRST_HANZI + i);
    this.#titleHanzi = Int32Array.from(hanzi);
    this.#titleOrEnd = Int32Array.from([BOS, ...hanzi]);
    for (let id = FIRST_HANZI; id < vocabulary.size; id++) {
      const char = vocabulary.char(id);
      this.#tones[id] = usualTonesOf(char);
      this.#mayBeLevel[id] = tonesOf(char) & TONE.level;
      const groups = usualRhymesOf(char);
      this.#rhymes[id] = bitsOf(groups);
      for (const group of groups) this.#rhymeSizes.set(group, this.rhymeSize(group) + 1);
    }
  }

  /** The ids that may stand in a title: every hanzi and, if the title may end, BOS. Do not write to the list. */
  ofTitle(mayEnd: boolean): Int32Array {
    return mayEnd ? this.#titleOrEnd : this.#titleHanzi;
  }

  rhymeSize(group: string): number {
    return this.#rhymeSizes.get(group) ?? 0;
  }

  /**
   * The ids of the hanzi that a constraint admits, in rising order. It is the same set as by `admits`, except that
   * repeated characters are not left out. Do not write to the list: other rows use it too.
   */
  of({
    tones,
    rhymes,
    obliqueOnly = false,
  }: Pick<SlotConstraint, 'tones' | 'rhymes'> & Partial<Pick<SlotConstraint, 'obliqueOnly'>>): Int32Array {
    const groups = rhymes ? bitsOf(rhymes) : 0;
    const key = ((groups * 2 + (rhymes ? 1 : 0)) * 2 + (obliqueOnly ? 1 : 0)) * 4 + tones;
    const known = this.#lists.get(key);
    if (known) return known;
    const list = this.#select(tones, rhymes !== null, groups, obliqueOnly);
    if (this.#lists.size >= MAX_LISTS) this.#lists.clear();
    this.#lists.set(key, list);
    return list;
  }

  #select(tones: number, rhyming: boolean, groups: number, obliqueOnly: boolean): Int32Array {
    const ids: number[] = [];
    for (const [id, own] of this.#tones.entries()) {
      if (id < FIRST_HANZI) continue;
      // The tone of a character that the model writes must be known, unless any tone is allowed.
      const unknown = own === 0 && tones === EITHER_TONE && !rhyming;
      const oblique = (own & tones & TONE.oblique) !== 0 && !(obliqueOnly && this.#mayBeLevel[id] === 1);
      const level = (own & tones & TONE.level) !== 0;
      const rhymes = !rhyming || ((this.#rhymes[id] ?? 0) & groups) !== 0;
      if (unknown || oblique || (level && rhymes)) ids.push(id);
    }
    return Int32Array.from(ids);
  }
}

/** Bit i stands for the i-th group of {@link ALL_RHYMES}. */
const GROUP_BITS = new Map<string, number>(ALL_RHYMES.map((group, i) => [group, 2 ** i]));

function bitsOf(groups: readonly string[]): number {
  let bits = 0;
  for (const group of groups) bits = (bits | (GROUP_BITS.get(group) ?? 0)) >>> 0;
  return bits;
}
