/**
 * Which token ids may stand in a slot: tone and rhyme of every hanzi of a vocabulary as bits, and the lists of
 * ids that come of them. Lists are made once for each combination and shared by all rows.
 */

import { ALL_RHYMES, rhymesOf, TONE, tonesOf } from '../poetry/prosody.ts';
import { FIRST_HANZI, type Vocabulary } from './vocabulary.ts';

const EITHER = TONE.level | TONE.oblique;
/** Distinct combinations in use stay far below this; the bound only keeps a long-lived process from growing. */
const LISTS_KEPT = 2048;

/** What a free slot asks of its character; `PlanCursor`'s needs have this shape. */
export interface Allowed {
  /** Bits of `TONE`. */
  readonly tones: number;
  /** Groups that the character may rhyme in; null where the slot is not on the rhyme. */
  readonly rhymes: readonly string[] | null;
}

export class Candidates {
  readonly #tones: Uint8Array;
  readonly #rhymes: Uint32Array;
  readonly #lists = new Map<number, Int32Array>();

  constructor(vocabulary: Vocabulary) {
    this.#tones = new Uint8Array(vocabulary.size);
    this.#rhymes = new Uint32Array(vocabulary.size);
    for (let id = FIRST_HANZI; id < vocabulary.size; id++) {
      const char = vocabulary.char(id);
      this.#tones[id] = tonesOf(char);
      this.#rhymes[id] = maskOf(rhymesOf(char));
    }
  }

  /**
   * The hanzi that satisfy a need, by rising id. A character of unknown tone or rhyme stands only where either
   * tone will do: what an asker gives is taken on trust, what we write is not.
   */
  of(allowed: Allowed): Int32Array {
    const tones = allowed.tones & EITHER;
    const mask = allowed.rhymes ? maskOf(allowed.rhymes) : 0;
    const key = (mask * 2 + (allowed.rhymes ? 1 : 0)) * 4 + tones;
    const known = this.#lists.get(key);
    if (known) return known;
    const ids: number[] = [];
    for (let id = FIRST_HANZI; id < this.#tones.length; id++) {
      if (tones !== EITHER && ((this.#tones[id] as number) & tones) === 0) continue;
      if (allowed.rhymes && ((this.#rhymes[id] as number) & mask) === 0) continue;
      ids.push(id);
    }
    const list = Int32Array.from(ids);
    if (this.#lists.size >= LISTS_KEPT) this.#lists.clear();
    this.#lists.set(key, list);
    return list;
  }
}

const BITS = new Map<string, number>(ALL_RHYMES.map((name, i) => [name, 2 ** i]));

function maskOf(rhymes: readonly string[]): number {
  let mask = 0;
  for (const name of rhymes) mask = (mask | (BITS.get(name) ?? 0)) >>> 0;
  return mask;
}
