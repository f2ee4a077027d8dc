/**
 * Which runs of five characters stand verbatim in the training corpus, so that a poem does not copy them: a Bloom
 * filter (Bloom, CACM 13(7), 1970), 10 bits a run. A run of the corpus is always found; of other runs, 0.8 % are
 * taken for the corpus's. Bytes in, bytes out: who keeps them, and where, is no business of this file.
 *
 * Layout, little-endian: `SRUN`, version, number of hashes, two zero bytes, number of runs (u32), number of bits
 * (u32), then the bits.
 */

/** Hanzi in a run: a five-character line is one, a seven-character line three. */
export const RUN_LENGTH = 5;

const MAGIC = [0x53, 0x52, 0x55, 0x4e, 1, 7, 0, 0];
const HEADER = 16;
const BITS_PER_RUN = 10;
/** ln 2 times the bits a run: the number of hashes with the fewest false positives. */
const HASHES = 7;

/** The runs of a verse line, without marks. */
export function runsOf(line: string): string[] {
  const characters = [...line];
  const runs: string[] = [];
  for (let at = 0; at + RUN_LENGTH <= characters.length; at++) {
    runs.push(characters.slice(at, at + RUN_LENGTH).join(''));
  }
  return runs;
}

export class RunIndex {
  readonly #bits: Uint8Array;
  readonly #size: number;
  /** Distinct runs that were put in. */
  readonly runs: number;
  /** The index as it is kept, and as {@link parse} reads it. */
  readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bytes = bytes;
    this.runs = view.getUint32(8, true);
    this.#size = view.getUint32(12, true);
    this.#bits = bytes.subarray(HEADER);
  }

  /** Indexes every run of the verse lines (hanzi only; shorter lines have none). */
  static build(lines: Iterable<string>): RunIndex {
    const runs = new Set<string>();
    for (const line of lines) for (const run of runsOf(line)) runs.add(run);
    const size = Math.max(8, Math.ceil((runs.size * BITS_PER_RUN) / 8) * 8);
    const bytes = new Uint8Array(HEADER + size / 8);
    bytes.set(MAGIC);
    const view = new DataView(bytes.buffer);
    view.setUint32(8, runs.size, true);
    view.setUint32(12, size, true);
    const index = new RunIndex(bytes);
    for (const run of runs) index.#add(run);
    return index;
  }

  /** Reads an index. Throws a RangeError where the bytes are not one. */
  static parse(bytes: Uint8Array): RunIndex {
    const known = MAGIC.every((byte, i) => bytes[i] === byte) && bytes.length > HEADER;
    if (!known) throw new RangeError('not an index of runs');
    const index = new RunIndex(bytes);
    if (index.#size !== index.#bits.length * 8) throw new RangeError('an index of runs that is cut short');
    return index;
  }

  /** Whether five characters stand in the corpus one after the other in one line. */
  hasRun(run: string): boolean {
    const characters = [...run];
    return this.endings(characters.slice(0, -1).join(''))(characters.at(-1) ?? '');
  }

  /** For four characters: says of each possible fifth whether the five stand in the corpus. */
  endings(four: string): (fifth: string) => boolean {
    let start = SEED;
    for (const char of four) start = fold(start, char);
    return (fifth) => {
      let at = fold(start, fifth);
      const step = scatter(at) | 1;
      for (let i = 0; i < HASHES; i++) {
        const bit = (at >>> 0) % this.#size;
        if (((this.#bits[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false;
        at = (at + step) | 0;
      }
      return true;
    };
  }

  #add(run: string): void {
    let at = SEED;
    for (const char of run) at = fold(at, char);
    const step = scatter(at) | 1;
    for (let i = 0; i < HASHES; i++) {
      const bit = (at >>> 0) % this.#size;
      this.#bits[bit >>> 3] = (this.#bits[bit >>> 3] as number) | (1 << (bit & 7));
      at = (at + step) | 0;
    }
  }
}

const SEED = 0x2f6e2b1;

function fold(hash: number, char: string): number {
  return scatter(Math.imul(hash, 31) ^ (char.codePointAt(0) ?? 0));
}

/** The finaliser of MurmurHash3 (Appleby): every bit of the input reaches every bit of the output. */
function scatter(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
