/**
 * Which token ids may stand in a slot: tone and rhyme of every hanzi of a vocabulary as bits, and the lists of
 * ids that come of them. Lists are made once for each combination and shared by all rows.
 */

import { FIRST_HANZI, type Vocabulary } from '../model/vocabulary.ts';
import type { RhymeSizes } from '../poetry/open-patterns.ts';
import { ALL_RHYMES, rhymesOf, TONE, tonesOf } from '../poetry/prosody.ts';
import type { SlotConstraint } from '../poetry/slot-constraint.ts';

const EITHER = TONE.level | TONE.oblique;
/** Distinct combinations in use stay far below this; the bound only keeps a long-lived process from growing. */
const LISTS_KEPT = 2048;

export class Candidates implements RhymeSizes {
  readonly #tones: Uint8Array;
  readonly #rhymes: Uint32Array;
  readonly #rhymeSizes = new Map<string, number>();
  readonly #lists = new Map<number, Int32Array>();

  constructor(vocabulary: Vocabulary) {
    this.#tones = new Uint8Array(vocabulary.size);
    this.#rhymes = new Uint32Array(vocabulary.size);
    for (let id = FIRST_HANZI; id < vocabulary.size; id++) {
      const char = vocabulary.char(id);
      this.#tones[id] = tonesOf(char);
      const groups = rhymesOf(char);
      this.#rhymes[id] = maskOf(groups);
      for (const group of groups) this.#rhymeSizes.set(group, this.rhymeSize(group) + 1);
    }
  }

  rhymeSize(group: string): number {
    return this.#rhymeSizes.get(group) ?? 0;
  }

  /** The hanzi that a need admits (as `admits` has it), but for repetition, by rising id. */
  of({ tones, rhymes }: Pick<SlotConstraint, 'tones' | 'rhymes'>): Int32Array {
    const mask = rhymes ? maskOf(rhymes) : 0;
    const key = (mask * 2 + (rhymes ? 1 : 0)) * 4 + tones;
    const known = this.#lists.get(key);
    if (known) return known;
    const list = Int32Array.from(this.#select(tones, rhymes !== null, mask));
    if (this.#lists.size >= LISTS_KEPT) this.#lists.clear();
    this.#lists.set(key, list);
    return list;
  }

  *#select(tones: number, rhyming: boolean, mask: number): Generator<number> {
    for (let id = FIRST_HANZI; id < this.#tones.length; id++) {
      const own = this.#tones[id] as number;
      // What an asker gives is taken on trust; of what we write, the tone must be known where it matters.
      const unknown = own === 0 && tones === EITHER && !rhyming;
      const oblique = (own & tones & TONE.oblique) !== 0;
      const level = (own & tones & TONE.level) !== 0;
      if (unknown || oblique || (level && (!rhyming || ((this.#rhymes[id] as number) & mask) !== 0)))
        yield id;
    }
  }
}

const BITS = new Map<string, number>(ALL_RHYMES.map((name, i) => [name, 2 ** i]));

function maskOf(rhymes: readonly string[]): number {
  let mask = 0;
  for (const name of rhymes) mask = (mask | (BITS.get(name) ?? 0)) >>> 0;
  return mask;
}
