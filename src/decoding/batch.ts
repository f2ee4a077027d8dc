/** Rows that are advanced together, by one token a tick. */

import { UNK } from '../model/vocabulary.ts';
import type { DecoderModel } from './decoder-model.ts';
import type { Row } from './row.ts';
import { SlotDraws } from './slot-draws.ts';
import type { Stepper } from './stepper.ts';

/**
 * A tick of a batch goes through these phases:
 * - `idle`: no tick has begun.
 * - `recorded`: tokens are fed, and the operations of the tick are recorded for the kernels.
 * - `computed`: the kernels have run them; the drawn characters are still to be written into the rows.
 */
export type BatchPhase = 'idle' | 'recorded' | 'computed';

export class Batch {
  readonly #stepper: Stepper;
  readonly #draws: SlotDraws;
  /** The n-th row has the n-th place in the stepper. */
  #rows: Row[] = [];
  #joining: Row[] = [];
  /** Rows that have paused in the last tick. They may join again, which takes another place. */
  readonly #leaving = new Set<Row>();
  #tokens = new Int32Array(0);
  #phase: BatchPhase = 'idle';

  /** `stepper` advances the rows of this batch and no others. */
  constructor(model: DecoderModel, stepper: Stepper) {
    this.#stepper = stepper;
    this.#draws = new SlotDraws(model, stepper);
  }

  get phase(): BatchPhase {
    return this.#phase;
  }

  /** How many rows have joined and are still active. */
  get active(): number {
    const seated = this.#rows.filter((row) => row.isActive && !this.#leaving.has(row));
    return seated.length + this.#joining.filter(isActive).length;
  }

  /** Whether no row has a place here, not even one that is no longer active. */
  get isEmpty(): boolean {
    return this.#rows.length + this.#joining.length === 0;
  }

  /** The row takes part from the next tick on. */
  join(row: Row): void {
    this.#joining.push(row);
  }

  /** Begins a tick: feeds a token to each row, and records what the kernels are to compute. */
  async record(): Promise<void> {
    this.#removeAndSeat();
    const rows = this.#rows;
    if (this.#tokens.length < rows.length) this.#tokens = new Int32Array(2 * rows.length);
    for (const [n, row] of rows.entries()) this.#tokens[n] = row.nextToken() ?? UNK;
    await this.#stepper.recordStep(this.#tokens, rows.length);
    await this.#draws.record(rows);
    this.#phase = rows.length > 0 ? 'recorded' : 'idle';
  }

  /** Notes that the kernels have run what was recorded. */
  markComputed(): void {
    if (this.#phase === 'recorded') this.#phase = 'computed';
  }

  /** Ends a computed tick: writes the drawn characters, and returns the rows that have paused, finished or failed. */
  finish(): Row[] {
    this.#draws.take();
    for (const [n, row] of this.#rows.entries()) {
      row.finishIfComplete();
      if (row.status !== 'paused') continue;
      row.start = this.#stepper.save(n);
      this.#leaving.add(row);
    }
    this.#phase = 'idle';
    // Every row was active when the tick began.
    return this.#rows.filter(
      ({ status }) => status === 'paused' || status === 'finished' || status === 'failed',
    );
  }

  /** Moves rows from the end into the places of rows that are no longer active, and gives joining rows a place. */
  #removeAndSeat(): void {
    const stepper = this.#stepper;
    const rows = this.#rows;
    for (let n = rows.length - 1; n >= 0; n--) {
      const row = rows[n];
      if (row?.isActive && !this.#leaving.has(row)) continue;
      const last = rows.pop();
      if (!last || n === rows.length) continue;
      stepper.move(rows.length, n);
      rows[n] = last;
    }
    stepper.reserve(rows.length + this.#joining.length);
    for (const row of this.#joining.filter(isActive)) {
      stepper.restore(rows.length, row.start);
      rows.push(row);
    }
    this.#joining = [];
    this.#leaving.clear();
  }
}

function isActive(row: Row): boolean {
  return row.isActive;
}
