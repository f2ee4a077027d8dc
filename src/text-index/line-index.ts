/**
 * The verse lines of the training corpus in a compact form, and a search for the corpus line that is most like a given
 * line. A line is stored as the ranks of its characters by frequency. The lines are sorted, and each one stores only
 * what differs from the line before: 470,000 lines of Tang verse take 3.4 MB. The index converts to and from bytes; the
 * caller stores them.
 *
 * Layout: the letters `SLIN`, version (u8); size of the alphabet in bytes of UTF-8 (varint), the alphabet, most
 * frequent character first. Then, for each line length: the length (u8), the number of lines (varint), and the lines.
 * A line is the number of leading characters that it shares with the line before (u8), the difference between the
 * ranks at the next place (varint), and the ranks of the rest (varints).
 */

import { ByteReader, pushVarint } from './varint.ts';

const MAGIC = [0x53, 0x4c, 0x49, 0x4e, 1];
/** A rank has 16 bits. */
const LARGEST_ALPHABET = 0x10000;

export interface NearestLine {
  readonly line: string;
  /** Number of places at which the two lines have the same character. */
  readonly same: number;
}

export class LineIndex {
  readonly #alphabet: readonly string[];
  /** The rank of each character by frequency, from 0. */
  readonly ranks: ReadonlyMap<string, number>;
  /** For each line length, the ranks of all its lines: [lines · length]. */
  readonly #lines: ReadonlyMap<number, Uint16Array>;

  private constructor(alphabet: readonly string[], lines: ReadonlyMap<number, Uint16Array>) {
    this.#alphabet = alphabet;
    this.ranks = ranksIn(alphabet);
    this.#lines = lines;
  }

  /**
   * Indexes the verse lines (without punctuation) that have one of the `lengths`. Throws a RangeError if they have
   * more than 65,536 different characters.
   */
  static build(lines: Iterable<string>, lengths: readonly number[] = [5, 7]): LineIndex {
    const distinct = new Map(lengths.map((length) => [length, new Set<string>()]));
    const frequency = new Map<string, number>();
    for (const line of lines) {
      const characters = [...line];
      const sameLength = distinct.get(characters.length);
      if (sameLength === undefined || sameLength.has(line)) continue;
      sameLength.add(line);
      for (const char of characters) frequency.set(char, (frequency.get(char) ?? 0) + 1);
    }
    const alphabet = [...frequency].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([char]) => char);
    if (alphabet.length > LARGEST_ALPHABET) throw new RangeError(`${alphabet.length} different characters`);
    const ranks = ranksIn(alphabet);
    const packed = new Map<number, Uint16Array>();
    for (const [length, sameLength] of distinct) {
      const sorted = [...sameLength].map((line) => Uint16Array.from(line, (char) => ranks.get(char) ?? 0));
      sorted.sort(compareRanks);
      const flat = new Uint16Array(sorted.length * length);
      for (const [i, line] of sorted.entries()) flat.set(line, i * length);
      packed.set(length, flat);
    }
    return new LineIndex(alphabet, packed);
  }

  /** Reads the bytes of {@link serialise}. Throws a RangeError if they are not a complete index. */
  static parse(bytes: Uint8Array): LineIndex {
    if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw new RangeError('not an index of lines');
    const reader = new ByteReader(bytes, MAGIC.length, 'an index of lines');
    const alphabet = [...new TextDecoder().decode(reader.take(reader.varint()))];
    const lines = new Map<number, Uint16Array>();
    while (!reader.done) {
      const length = reader.byte();
      const flat = new Uint16Array(reader.varint() * length);
      for (let start = 0; start < flat.length; start += length) {
        const shared = reader.byte();
        for (let i = 0; i < length; i++) {
          const before = start === 0 ? 0 : (flat[start - length + i] ?? 0);
          flat[start + i] = i < shared ? before : reader.varint() + (i === shared ? before : 0);
        }
      }
      lines.set(length, flat);
    }
    return new LineIndex(alphabet, lines);
  }

  serialise(): Uint8Array {
    const alphabet = new TextEncoder().encode(this.#alphabet.join(''));
    const out: number[] = [...MAGIC];
    pushVarint(out, alphabet.length);
    for (const byte of alphabet) out.push(byte);
    for (const [length, flat] of this.#lines) {
      out.push(length);
      pushVarint(out, flat.length / length);
      for (let start = 0; start < flat.length; start += length) {
        let shared = 0;
        while (start > 0 && flat[start + shared] === flat[start - length + shared]) shared += 1;
        out.push(shared);
        for (let i = shared; i < length; i++) {
          const before = i === shared && start > 0 ? (flat[start - length + i] ?? 0) : 0;
          pushVarint(out, (flat[start + i] ?? 0) - before);
        }
      }
    }
    return Uint8Array.from(out);
  }

  /** Number of lines. */
  get size(): number {
    let lines = 0;
    for (const [length, flat] of this.#lines) lines += flat.length / length;
    return lines;
  }

  /**
   * All pairs of neighbours in all lines, each as (rank of the first) · 2^16 + (rank of the second). Adds the number of
   * times that each character occurs to `occurrences`, by rank.
   */
  pairs(occurrences: Uint32Array): Uint32Array {
    let size = 0;
    for (const [length, flat] of this.#lines) size += (flat.length / length) * (length - 1);
    const pairs = new Uint32Array(size);
    let n = 0;
    for (const [length, flat] of this.#lines) {
      let before = 0;
      for (const [i, rank] of flat.entries()) {
        if (i % length > 0) pairs[n++] = before * 0x10000 + rank;
        occurrences[rank] = (occurrences[rank] ?? 0) + 1;
        before = rank;
      }
    }
    return pairs;
  }

  /**
   * The corpus line of the same length that has the same character as `line` at the most places; of several such
   * lines, the one with the longest unbroken match. Null if no line matches at any place. A search takes some
   * milliseconds.
   */
  nearest(line: string): NearestLine | null {
    // A character that the corpus does not have gets rank -1, which no stored line has.
    const wanted = Array.from(line, (char) => this.ranks.get(char) ?? -1);
    const { length } = wanted;
    const flat = this.#lines.get(length) ?? new Uint16Array(0);
    let bestScore = 0;
    let bestStart = -1;
    for (let start = 0; start < flat.length; start += length) {
      let same = 0;
      let unbroken = 0;
      let longest = 0;
      for (let i = 0; i < length; i++) {
        if (flat[start + i] === wanted[i]) {
          same += 1;
          unbroken += 1;
          if (unbroken > longest) longest = unbroken;
        } else {
          unbroken = 0;
        }
      }
      const score = same * (length + 1) + longest;
      if (score > bestScore) {
        bestScore = score;
        bestStart = start;
      }
    }
    if (bestStart < 0) return null;
    const ranks = flat.subarray(bestStart, bestStart + length);
    return {
      line: Array.from(ranks, (rank) => this.#alphabet[rank]).join(''),
      same: Math.floor(bestScore / (length + 1)),
    };
  }
}

function ranksIn(alphabet: readonly string[]): Map<string, number> {
  return new Map(alphabet.map((char, rank) => [char, rank]));
}

/** Order of two lines of the same length. */
function compareRanks(a: Uint16Array, b: Uint16Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
