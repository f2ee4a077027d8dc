/** Numbers about the engine thread in shared memory, which the main thread can read while the engine thread computes. */

const FIELDS = [
  'beats',
  'ticks',
  'rows',
  'tokens',
  'multiplyAdds',
  'engineBytes',
  'tensors',
  'heapBytes',
] as const;
export type StatsField = (typeof FIELDS)[number];

/**
 * The engine thread writes, the main thread reads. `beats` rises whenever the thread makes progress: if it stands still
 * while there is work, the thread hangs. `ticks`, `rows` (summed over ticks), `tokens` (drawn) and `multiplyAdds` only
 * rise. `engineBytes`, `tensors` and `heapBytes` are current values.
 */
export class SharedStats {
  readonly memory: SharedArrayBuffer;
  readonly #values: Float64Array;

  constructor(memory = new SharedArrayBuffer(FIELDS.length * Float64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#values = new Float64Array(memory);
  }

  get(field: StatsField): number {
    return this.#values[FIELDS.indexOf(field)] ?? 0;
  }

  set(field: StatsField, value: number): void {
    this.#values[FIELDS.indexOf(field)] = value;
  }

  add(field: StatsField, value: number): void {
    this.set(field, this.get(field) + value);
  }
}
