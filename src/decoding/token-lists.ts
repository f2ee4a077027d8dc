/**
 * Puts lists of token ids where the kernels can read them. Short lists are copied for each draw. Long lists are shared by
 * many rows and ticks, so they are copied once and kept.
 */

import type { KernelMemory, Pointer } from '../kernels/memory.ts';

/** Lists of at most this many ids are copied for each draw. */
const SHORT = 256;
/** How many long lists are kept from one tick to the next. */
const MAX_KEPT = 256;

export class TokenLists {
  readonly #memory: KernelMemory;
  readonly #size: number;
  /** [draws, SHORT]. */
  #short: Pointer = 0;
  readonly #kept = new Map<Int32Array, Pointer>();
  /** Room for a long list each, used again when the kept lists are forgotten. */
  readonly #slots: Pointer[] = [];

  /** `size` is the length of the longest list. */
  constructor(memory: KernelMemory, size: number) {
    this.#memory = memory;
    this.#size = size;
  }

  /** Makes room for the short lists of `draws` draws. Those copied before are lost. */
  reserve(draws: number): void {
    this.#short = this.#memory.alloc(draws * SHORT);
  }

  /** Forgets the long lists if there are too many. No draw may be using them. */
  trim(): void {
    if (this.#kept.size > MAX_KEPT) this.#kept.clear();
  }

  /** A copy of `ids` for the n-th draw. A long list is found again by identity: it must not be written to. */
  upload(n: number, ids: Int32Array): Pointer {
    if (ids.length <= SHORT) return this.#copy(ids, this.#short + 4 * n * SHORT);
    const known = this.#kept.get(ids);
    if (known !== undefined) return known;
    const number = this.#kept.size;
    const slot = this.#slots[number] ?? this.#memory.alloc(this.#size);
    this.#slots[number] = slot;
    this.#kept.set(ids, slot);
    return this.#copy(ids, slot);
  }

  #copy(ids: Int32Array, pointer: Pointer): Pointer {
    this.#memory.integers(pointer, ids.length).set(ids);
    return pointer;
  }
}
