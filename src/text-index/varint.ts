/** Numbers as bytes, for the files of the indexes. */

/** Appends a number in the LEB128 encoding: seven bits a byte, lowest first; the high bit says that more follow. */
export function pushVarint(out: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
}

/** Reads bytes one after another. Throws a RangeError at the end of the bytes. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #what: string;
  #position: number;

  /** `what` names what the bytes are, for the errors. */
  constructor(bytes: Uint8Array, start: number, what: string) {
    this.#bytes = bytes;
    this.#position = start;
    this.#what = what;
  }

  get done(): boolean {
    return this.#position === this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#position++];
    if (byte === undefined) throw new RangeError(`${this.#what} that is cut short`);
    return byte;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 32; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError(`${this.#what} that is damaged`);
  }

  take(size: number): Uint8Array {
    if (size > this.#bytes.length - this.#position) {
      throw new RangeError(`${this.#what} that is cut short`);
    }
    this.#position += size;
    return this.#bytes.subarray(this.#position - size, this.#position);
  }
}
