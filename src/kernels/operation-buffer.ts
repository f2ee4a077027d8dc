/** Records of operations in the kernels' memory, which run in their order. A full buffer runs by itself. */

import type { KernelMemory, Pointer } from './memory.ts';
import type { RecordedList } from './operation-list.ts';

const CAPACITY = 1024;

export class OperationBuffer {
  readonly #recordBytes: number;
  readonly #runList: (list: RecordedList) => void;
  readonly #start: Pointer;
  #count = 0;

  /** Records take `recordBytes` each. `runList` runs a list to its end. */
  constructor(memory: KernelMemory, recordBytes: number, runList: (list: RecordedList) => void) {
    this.#recordBytes = recordBytes;
    this.#runList = runList;
    this.#start = memory.alloc((CAPACITY * recordBytes) / 4);
  }

  /** Where the next record is to be written. */
  next(): Pointer {
    if (this.#count === CAPACITY) this.run();
    return this.#start + this.#recordBytes * this.#count;
  }

  /** Keeps the record that was written. An operation without tiles has nothing to do. */
  keep(tiles: number): void {
    if (tiles > 0) this.#count++;
  }

  /** Runs what is recorded. */
  run(): void {
    if (this.#count === 0) return;
    const end = this.#start + this.#recordBytes * this.#count;
    this.#count = 0;
    this.#runList({ start: this.#start, end });
  }
}
