/**
 * A list of draws as records in the kernels' memory. `assembly/draw-record.ts` declares the record; the offsets of its
 * fields are read from the compiled module.
 */

import type { KernelMemory, Pointer } from './memory.ts';
import type { KernelConstants } from './module.ts';

/** What a draw is given. */
export interface DrawInputs {
  /** The row's logits [V]. Those that are masked are overwritten with −∞. */
  readonly logits: Pointer;
  /** The ids of the tokens that may be drawn, in rising order, and how many there are. */
  readonly ids: Pointer;
  readonly count: number;
  /** [V]; 0 if `specificity` is 0. */
  readonly logFrequencies: Pointer;
  readonly specificity: number;
  readonly temperature: number;
  readonly topP: number;
  /** The masked ids [maskedCount], with as much room behind them: the draw keeps their logits there. */
  readonly masked: Pointer;
  readonly maskedCount: number;
  /** What the output weights multiply, if the logits of `ids` are still to be computed; otherwise 0. */
  readonly hidden: Pointer;
  /** Over how many logits the log-sum-exp is computed, before masking; 0 if it is not wanted. */
  readonly summed: number;
}

/** What came out of a draw. */
export type DrawOutcome =
  | { readonly kind: 'drawn' /** In the list of ids. */; readonly index: number }
  | { readonly kind: 'nothing-left' }
  | { readonly kind: 'more-points' }
  /** A logit is NaN, or larger than any network gives that has learned anything. */
  | { readonly kind: 'not-numbers' };

export class DrawList {
  /** The first record. */
  readonly pointer: Pointer;
  readonly capacity: number;
  readonly #layout: KernelConstants;
  readonly #view: DataView;

  /** Room for `capacity` draws, which are numbered from 0. */
  constructor(memory: KernelMemory, layout: KernelConstants, capacity: number) {
    const bytes = capacity * layout.DRAW_BYTES;
    this.capacity = capacity;
    this.pointer = memory.alloc(Math.ceil(bytes / 4));
    this.#layout = layout;
    this.#view = memory.view(this.pointer, bytes);
  }

  /** Writes the n-th draw. Its points are written by {@link writePoints}. */
  write(n: number, inputs: DrawInputs): void {
    const view = this.#view;
    const layout = this.#layout;
    const at = n * layout.DRAW_BYTES;
    view.setInt32(at + layout.DRAW_LOGITS, inputs.logits, true);
    view.setInt32(at + layout.DRAW_IDS, inputs.ids, true);
    view.setInt32(at + layout.DRAW_COUNT, inputs.count, true);
    view.setInt32(at + layout.DRAW_LOG_FREQUENCIES, inputs.logFrequencies, true);
    view.setFloat32(at + layout.DRAW_SPECIFICITY, inputs.specificity, true);
    view.setFloat32(at + layout.DRAW_TEMPERATURE, inputs.temperature, true);
    view.setFloat64(at + layout.DRAW_TOP_P, inputs.topP, true);
    view.setInt32(at + layout.DRAW_MASKED, inputs.masked, true);
    view.setInt32(at + layout.DRAW_MASKED_COUNT, inputs.maskedCount, true);
    view.setInt32(at + layout.DRAW_HIDDEN, inputs.hidden, true);
    view.setInt32(at + layout.DRAW_SUMMED, inputs.summed, true);
    view.setInt32(at + layout.DRAW_RESUMED, 0, true);
  }

  /** Gives the n-th draw new random numbers in [0, 1): `point(i)` is the i-th. */
  writePoints(n: number, point: (i: number) => number): void {
    const at = n * this.#layout.DRAW_BYTES + this.#layout.DRAW_POINTS;
    for (let i = 0; i < this.#layout.DRAW_POINT_COUNT; i++) {
      this.#view.setFloat64(at + 8 * i, point(i), true);
    }
  }

  /** Lets the n-th draw continue where it ran out of points. */
  resume(n: number): void {
    this.#set(n, this.#layout.DRAW_RESUMED, 1);
  }

  /** Lets the n-th draw start again from the logits as they are: nothing is computed, summed or masked a second time. */
  restart(n: number): void {
    this.#set(n, this.#layout.DRAW_HIDDEN, 0);
    this.#set(n, this.#layout.DRAW_SUMMED, 0);
    this.#set(n, this.#layout.DRAW_MASKED_COUNT, 0);
    this.#set(n, this.#layout.DRAW_RESUMED, 0);
  }

  /** What came out of the n-th draw, which has run. */
  outcome(n: number): DrawOutcome {
    const outcome = this.#get(n, this.#layout.DRAW_OUTCOME);
    if (outcome === this.#layout.NOTHING_LEFT) return { kind: 'nothing-left' };
    if (outcome === this.#layout.MORE_POINTS) return { kind: 'more-points' };
    if (outcome === this.#layout.NOT_NUMBERS) return { kind: 'not-numbers' };
    return { kind: 'drawn', index: outcome };
  }

  /** How many points the n-th draw has used in its last run. */
  pointsUsed(n: number): number {
    return this.#get(n, this.#layout.DRAW_POINTS_USED);
  }

  logSumExp(n: number): number {
    return this.#view.getFloat64(n * this.#layout.DRAW_BYTES + this.#layout.DRAW_LOG_SUM_EXP, true);
  }

  #set(n: number, field: number, value: number): void {
    this.#view.setInt32(n * this.#layout.DRAW_BYTES + field, value, true);
  }

  #get(n: number, field: number): number {
    return this.#view.getInt32(n * this.#layout.DRAW_BYTES + field, true);
  }
}
