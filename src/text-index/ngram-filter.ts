/**
 * A Bloom filter (Bloom, CACM 13(7), 1970) of the five-character sequences (n-grams) in the verse lines of the
 * training corpus. The decoder asks it before it copies one. The filter takes 10 bits per n-gram. It finds every n-gram
 * of the corpus, and it wrongly finds 0.8 % of the others. It converts to and from bytes; the caller stores them.
 *
 * Layout, little-endian: the letters `SRUN`, version (u8), number of hashes (u8), two zero bytes, number of n-grams
 * (u32), number of bits (u32), the bits.
 */

/** Characters in an n-gram. A five-character line has one n-gram, a seven-character line has three. */
export const NGRAM_LENGTH = 5;

const MAGIC = [0x53, 0x52, 0x55, 0x4e, 1, 7, 0, 0];
const HEADER_BYTES = 16;
const BITS_PER_NGRAM = 10;
/** ln 2 · BITS_PER_NGRAM, rounded: this number of hashes gives the fewest false positives. */
const HASHES = 7;
/** Start of the hash. Stored filters depend on its value. */
const SEED = 0x2f6e2b1;

/** The n-grams of a verse line without punctuation, in order. */
export function ngramsOf(line: string): string[] {
  const characters = [...line];
  const ngrams: string[] = [];
  for (let start = 0; start + NGRAM_LENGTH <= characters.length; start++) {
    ngrams.push(characters.slice(start, start + NGRAM_LENGTH).join(''));
  }
  return ngrams;
}

export class NgramFilter {
  readonly #bits: Uint8Array;
  readonly #bitCount: number;
  /** Number of distinct n-grams that were added. */
  readonly size: number;
  /** The serialised filter. {@link parse} reads it. */
  readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bytes = bytes;
    this.size = view.getUint32(8, true);
    this.#bitCount = view.getUint32(12, true);
    this.#bits = bytes.subarray(HEADER_BYTES);
  }

  /** Adds every n-gram of the verse lines (without punctuation). A line of fewer than five characters has none. */
  static build(lines: Iterable<string>): NgramFilter {
    const ngrams = new Set<string>();
    for (const line of lines) for (const ngram of ngramsOf(line)) ngrams.add(ngram);
    const bitCount = Math.max(8, Math.ceil((ngrams.size * BITS_PER_NGRAM) / 8) * 8);
    const bytes = new Uint8Array(HEADER_BYTES + bitCount / 8);
    bytes.set(MAGIC);
    const view = new DataView(bytes.buffer);
    view.setUint32(8, ngrams.size, true);
    view.setUint32(12, bitCount, true);
    const filter = new NgramFilter(bytes);
    for (const ngram of ngrams) filter.#add(ngram);
    return filter;
  }

  /** Reads a serialised filter. Throws a RangeError if the bytes are not a complete one. */
  static parse(bytes: Uint8Array): NgramFilter {
    const known = MAGIC.every((byte, i) => bytes[i] === byte) && bytes.length > HEADER_BYTES;
    if (!known) throw new RangeError('not an n-gram filter');
    const filter = new NgramFilter(bytes);
    if (filter.#bitCount !== filter.#bits.length * 8)
      throw new RangeError('an n-gram filter that is cut short');
    return filter;
  }

  /** Whether the corpus has this n-gram within a line. True for 0.8 % of the n-grams that it does not have. */
  has(ngram: string): boolean {
    let hash = hashOf(ngram);
    const step = scramble(hash) | 1;
    for (let i = 0; i < HASHES; i++) {
      const bit = (hash >>> 0) % this.#bitCount;
      if (((this.#bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
      hash = (hash + step) | 0;
    }
    return true;
  }

  #add(ngram: string): void {
    let hash = hashOf(ngram);
    const step = scramble(hash) | 1;
    for (let i = 0; i < HASHES; i++) {
      const bit = (hash >>> 0) % this.#bitCount;
      this.#bits[bit >>> 3] = (this.#bits[bit >>> 3] ?? 0) | (1 << (bit & 7));
      hash = (hash + step) | 0;
    }
  }
}

function hashOf(ngram: string): number {
  let hash = SEED;
  for (const char of ngram) hash = scramble(Math.imul(hash, 31) ^ (char.codePointAt(0) ?? 0));
  return hash;
}

/** The finaliser of MurmurHash3 (Appleby): every bit of the input affects every bit of the output. */
function scramble(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
