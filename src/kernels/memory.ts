/**
 * The memory of the kernels: one WebAssembly memory, shared by all their threads, and an allocator of arrays in it.
 *
 * The memory only grows. Allocations are not freed one by one; {@link KernelMemory.withScratch} frees a whole group.
 */

/** Bytes from the beginning of a memory. No allocation has the pointer 0, so 0 can stand for "none". */
export type Pointer = number;

const PAGE_BYTES = 65_536;
/** Two gibibytes. This reserves addresses, not memory. */
const MAX_PAGES = 32_768;
/** A cache line: loads of four numbers are fastest if none crosses from one line to the next. */
const ALIGNMENT = 64;

let bytesInUse = 0;

/** Bytes of all kernel memories of this JavaScript thread that were not released. */
export function kernelBytesInUse(): number {
  return bytesInUse;
}

/** A memory as the compiled module imports it. */
export function newSharedMemory(): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true });
}

export class KernelMemory {
  readonly #memory: WebAssembly.Memory;
  /** The first free byte. */
  #next: Pointer;
  /** The allocation that ends at {@link #next}. */
  #last: Pointer = 0;
  /** Bytes before this one may have been used before and hold old numbers. */
  #dirtyEnd: Pointer = 0;

  /** Allocates from the byte `base` on. */
  constructor(memory: WebAssembly.Memory, base: Pointer) {
    this.#memory = memory;
    this.#next = base;
    bytesInUse += memory.buffer.byteLength;
  }

  /** Room for `length` numbers of four bytes, all zero. */
  alloc(length: number): Pointer {
    const pointer = Math.ceil(this.#next / ALIGNMENT) * ALIGNMENT;
    this.#last = pointer;
    this.#growTo(pointer + 4 * length);
    if (pointer < this.#dirtyEnd) this.floats(pointer, length).fill(0);
    return pointer;
  }

  /**
   * Makes an allocation longer where it is. What it gains is zero. Throws a RangeError if something was allocated after
   * it.
   */
  extend(pointer: Pointer, length: number): void {
    if (pointer !== this.#last) throw new RangeError('only the last allocation can be extended');
    const before = this.#next;
    if (pointer + 4 * length <= before) return;
    this.#growTo(pointer + 4 * length);
    if (before < this.#dirtyEnd) this.floats(before, (this.#next - before) / 4).fill(0);
  }

  #growTo(end: Pointer): void {
    this.#next = end;
    const missing = this.#next - this.#memory.buffer.byteLength;
    if (missing > 0) {
      const pages = Math.ceil(missing / PAGE_BYTES);
      this.#memory.grow(pages);
      bytesInUse += pages * PAGE_BYTES;
    }
  }

  /** Allocates room for an array and copies it there. */
  upload(values: Float32Array | Int32Array): Pointer {
    const pointer = this.alloc(values.length);
    if (values instanceof Int32Array) this.integers(pointer, values.length).set(values);
    else this.floats(pointer, values.length).set(values);
    return pointer;
  }

  /** Frees what is allocated while `use` runs, when it ends. */
  async withScratch(use: () => Promise<void>): Promise<void> {
    const before = this.#next;
    try {
      await use();
    } finally {
      this.#dirtyEnd = Math.max(this.#dirtyEnd, this.#next);
      this.#next = before;
      this.#last = 0;
    }
  }

  /** The numbers from a pointer on. The array stays valid while the memory grows. */
  floats(pointer: Pointer, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, pointer, length);
  }

  integers(pointer: Pointer, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, pointer, length);
  }

  /** Whole numbers of 16 bits. */
  shorts(pointer: Pointer, length: number): Int16Array {
    return new Int16Array(this.#memory.buffer, pointer, length);
  }

  /** Numbers in double precision from a pointer on, which is a multiple of eight. */
  doubles(pointer: Pointer, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, pointer, length);
  }

  /** The number at a pointer. */
  float(pointer: Pointer): number {
    return this.view(pointer, 4).getFloat32(0, true);
  }

  /** The bytes from a pointer on, for records with fields of several types. */
  view(pointer: Pointer, bytes: number): DataView {
    return new DataView(this.#memory.buffer, pointer, bytes);
  }

  /** The pointer to an array's first number; null if the array is not in this memory. */
  pointerTo(array: Float32Array): Pointer | null {
    return array.buffer === this.#memory.buffer ? array.byteOffset : null;
  }

  /** How large the memory is. */
  get bytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Takes this memory out of {@link kernelBytesInUse}. The garbage collector frees it when nothing refers to it. */
  release(): void {
    bytesInUse -= this.#memory.buffer.byteLength;
  }
}
