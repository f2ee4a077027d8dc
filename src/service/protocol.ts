/**
 * What crosses between the main thread and the engine's: plain data only, so that the same messages could go
 * over a wire. Ids are the sender's and come back with the answer.
 */

import type { EngineChoice } from '../engines/names.ts';
import type { CheckpointSummary, Order } from './inference.ts';

/** What the engine's thread is started with. */
export interface EngineStart {
  readonly engine: EngineChoice;
  readonly checkpointsRoot: string;
  readonly checkpoint: string;
  /** Rows that are written for each order, of which the best is returned; orders in mood greedy have one. */
  readonly candidates: number;
  /** The memory behind a {@link SharedStats}. */
  readonly pulse: SharedArrayBuffer;
}

export type Command =
  | { readonly type: 'write'; readonly id: number; readonly order: Order }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'load'; readonly id: number; readonly checkpoint: string };

export interface EngineDescription {
  readonly name: string;
  readonly device: string;
  readonly version: string;
  /** One line for the log: which engine, and why not the others. */
  readonly line: string;
}

export type Reply =
  | {
      readonly type: 'ready';
      readonly engine: EngineDescription;
      readonly checkpoint: CheckpointSummary;
      /** How long the first poem took, written alone. */
      readonly poemMs: number;
    }
  | { readonly type: 'unable'; readonly code: 'checkpoint' | 'engine'; readonly message: string }
  | {
      readonly type: 'written';
      readonly id: number;
      readonly characters: readonly string[];
      readonly nllHanzi: number | null;
      readonly checkpoint: string;
    }
  /** Said even where nothing was left to cancel. */
  | { readonly type: 'cancelled'; readonly id: number }
  /** This order alone cannot be written. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'loaded'; readonly id: number; readonly checkpoint: CheckpointSummary }
  | { readonly type: 'not-loaded'; readonly id: number; readonly message: string };

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

/**
 * Numbers that the engine's thread keeps up to date in shared memory, so that they can be read while it
 * computes. `beats` moves whenever the thread gets anywhere: where it stands still while there is work, the
 * thread hangs. `ticks`, `rows` (summed over ticks), `tokens` (drawn) and `multiplyAdds` only grow.
 */
export class SharedStats {
  readonly memory: SharedArrayBuffer;
  readonly #values: Float64Array;

  constructor(memory = new SharedArrayBuffer(FIELDS.length * Float64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#values = new Float64Array(memory);
  }

  get(field: (typeof FIELDS)[number]): number {
    return this.#values[FIELDS.indexOf(field)] as number;
  }

  set(field: (typeof FIELDS)[number], value: number): void {
    this.#values[FIELDS.indexOf(field)] = value;
  }

  add(field: (typeof FIELDS)[number], value: number): void {
    this.set(field, this.get(field) + value);
  }
}
