/**
 * What stands opposite what in the parallel couplets (對仗) of the training text: characters at the same place of the two
 * lines, and words of two characters. It says how well a second line answers a first one, place by place.
 *
 * The measure is pointwise mutual information (Church and Hanks 1990), smoothed towards independence: with n(a, b) for
 * how often a and b stand opposite each other, in either order, and p(b) for the share of b,
 *
 *     score(a, b) = ln( (n(a, b) + K p(b)) / (n(a) + K) / p(b) )
 *
 * A pair that was never seen has a score below 0, the lower the better a is known; for an unknown a every score is 0.
 *
 * Layout: the letters `SPAR`, version (u8); size of the alphabet in bytes of UTF-8 (varint), the alphabet, the most
 * frequent character first. Then for each character the number of those opposite it that do not precede it in the
 * alphabet, and each of them: the distance from the one before (varint) and the count (varint). Then the number of pairs
 * of words, and each of them: the ranks of its four characters and the count (varints).
 */

import { ByteReader, pushVarint } from './varint.ts';

const MAGIC = [0x53, 0x50, 0x41, 0x52, 1];

/** K. On couplets of the test split 300 and 600 are the best of 30, 100, 300, 600 and 1000; docs/decisions/29. */
const SMOOTHING = 300;

/** Fewer sightings of a pair of words are taken for chance, and not kept. */
const LEAST_WORDS = 3;

export class ParallelPairs {
  /** The serialised table. {@link parse} reads it. */
  readonly bytes: Uint8Array;
  readonly #alphabet: readonly string[];
  readonly #ranks: ReadonlyMap<string, number>;
  /** For each character by rank, the counts of those opposite it by their ranks. */
  readonly #counts: readonly ReadonlyMap<number, number>[];
  /** n(a) by rank. */
  readonly #totals: Float64Array;
  readonly #all: number;
  /** Pairs of words, as four characters, both ways round. */
  readonly #words: ReadonlySet<string>;

  private constructor(bytes: Uint8Array) {
    if (!MAGIC.every((byte, i) => bytes[i] === byte)) throw new RangeError('not a table of parallel pairs');
    const reader = new ByteReader(bytes, MAGIC.length, 'a table of parallel pairs');
    this.bytes = bytes;
    this.#alphabet = [...new TextDecoder().decode(reader.take(reader.varint()))];
    this.#ranks = new Map(this.#alphabet.map((char, rank) => [char, rank]));
    const counts = this.#alphabet.map(() => new Map<number, number>());
    for (const [rank, own] of counts.entries()) {
      let other = rank;
      for (let left = reader.varint(); left > 0; left--) {
        other += reader.varint();
        const count = reader.varint();
        // A character opposite itself is seen from both sides.
        own.set(other, (own.get(other) ?? 0) + count);
        const theirs = counts[other];
        theirs?.set(rank, (theirs.get(rank) ?? 0) + count);
      }
    }
    this.#counts = counts;
    this.#totals = Float64Array.from(counts, (own) => [...own.values()].reduce((sum, n) => sum + n, 0));
    this.#all = this.#totals.reduce((sum, n) => sum + n, 0);
    this.#words = readWords(reader, this.#alphabet);
    if (!reader.done) throw new RangeError('a table of parallel pairs that is damaged');
  }

  /**
   * Counts couplets: pairs of lines of equal length, without marks. Characters that are not in `alphabet` do not count.
   * Couplets of unequal lines are left out.
   */
  static build(couplets: Iterable<readonly [string, string]>, alphabet: readonly string[]): ParallelPairs {
    const ranks = new Map(alphabet.map((char, rank) => [char, rank]));
    const pairs = new Map<number, number>();
    const words = new Map<string, number>();
    for (const [first, second] of couplets) {
      const [a, b] = [[...first], [...second]];
      if (a.length !== b.length) continue;
      const [p, q] = [a, b].map((line) => line.map((char) => ranks.get(char) ?? -1)) as [number[], number[]];
      for (const [i, rank] of p.entries()) {
        const other = q[i] ?? -1;
        if (rank < 0 || other < 0) continue;
        const key = Math.min(rank, other) * alphabet.length + Math.max(rank, other);
        pairs.set(key, (pairs.get(key) ?? 0) + 1);
      }
      for (const at of wordPlaces(a.length)) {
        const four = [...p.slice(at, at + 2), ...q.slice(at, at + 2)];
        if (four.some((rank) => rank < 0)) continue;
        const [one, other] = [four.slice(0, 2).join(), four.slice(2).join()];
        const key = one < other ? `${one},${other}` : `${other},${one}`;
        words.set(key, (words.get(key) ?? 0) + 1);
      }
    }
    return new ParallelPairs(serialise(alphabet, pairs, words));
  }

  /** Reads the bytes of a table. Throws a RangeError if they are not a complete one. */
  static parse(bytes: Uint8Array): ParallelPairs {
    return new ParallelPairs(bytes);
  }

  /** Number of different pairs of characters. */
  get size(): number {
    return this.#counts.reduce((sum, own, rank) => sum + [...own.keys()].filter((o) => o >= rank).length, 0);
  }

  /** Number of different pairs of words. */
  get wordPairs(): number {
    // A word opposite itself is in the set once.
    const same = [...this.#words].filter((four) => isDoubled([...four])).length;
    return (this.#words.size + same) / 2;
  }

  /** How much more often `b` stands opposite `a` than by chance, in nats. */
  score(a: string, b: string): number {
    const [rank, other] = [this.#ranks.get(a), this.#ranks.get(b)];
    return rank === undefined || other === undefined ? 0 : this.#score(rank, other);
  }

  /** The logarithm of the share of `b` among all characters: with {@link score}, that of b opposite a. Null if unknown. */
  logShare(b: string): number | null {
    const rank = this.#ranks.get(b);
    return rank === undefined ? null : Math.log(this.#share(rank));
  }

  /** {@link score} of `a` with each of `others`. */
  scores(a: string, others: readonly string[]): Float32Array {
    return Float32Array.from(others, (b) => this.score(a, b));
  }

  /** Whether two words of two characters each stood opposite each other several times. */
  hasWords(a: string, b: string): boolean {
    return this.#words.has(a + b);
  }

  #share(b: number): number {
    return ((this.#totals[b] ?? 0) + 0.5) / this.#all;
  }

  #score(a: number, b: number): number {
    const share = this.#share(b);
    const seen = this.#counts[a]?.get(b) ?? 0;
    return Math.log((seen + SMOOTHING * share) / ((this.#totals[a] ?? 0) + SMOOTHING) / share);
  }
}

/** Where the words of a line of five or seven may begin: its feet, and both cuts of the last three characters. */
export function wordPlaces(length: number): number[] {
  const places: number[] = [];
  for (let at = 0; at + 1 < length; at += 2) places.push(at);
  if (length % 2 === 1 && length > 1) places.push(length - 2);
  return places;
}

function serialise(
  alphabet: readonly string[],
  pairs: ReadonlyMap<number, number>,
  words: ReadonlyMap<string, number>,
): Uint8Array {
  const text = new TextEncoder().encode(alphabet.join(''));
  const out: number[] = [...MAGIC];
  pushVarint(out, text.length);
  for (const byte of text) out.push(byte);
  const opposite = alphabet.map((): [number, number][] => []);
  for (const [key, count] of pairs) {
    opposite[Math.floor(key / alphabet.length)]?.push([key % alphabet.length, count]);
  }
  for (const [rank, others] of opposite.entries()) {
    pushVarint(out, others.length);
    let before = rank;
    for (const [other, count] of others.sort(([a], [b]) => a - b)) {
      pushVarint(out, other - before);
      pushVarint(out, count);
      before = other;
    }
  }
  const kept = [...words].filter(([, count]) => count >= LEAST_WORDS).sort(([a], [b]) => (a < b ? -1 : 1));
  pushVarint(out, kept.length);
  for (const [key, count] of kept) {
    for (const rank of key.split(',')) pushVarint(out, Number(rank));
    pushVarint(out, count);
  }
  return Uint8Array.from(out);
}

function isDoubled([a, b, c, d]: readonly string[]): boolean {
  return a === c && b === d;
}

function readWords(reader: ByteReader, alphabet: readonly string[]): Set<string> {
  const words = new Set<string>();
  for (let left = reader.varint(); left > 0; left--) {
    const [a = '', b = '', c = '', d = ''] = [0, 1, 2, 3].map(() => alphabet[reader.varint()]);
    reader.varint();
    words.add(a + b + c + d);
    words.add(c + d + a + b);
  }
  return words;
}
