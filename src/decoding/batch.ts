/**
 * Rows that are advanced together, by one token a tick. A row that is guided has two places in the stepper: its own, and an
 * unconditional one, in which the same is read without the title (or a title without what is announced).
 */

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
  /** The n-th seat has the n-th place in the stepper. */
  #seats: Seat[] = [];
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

  /** How many rows have joined and are still active, a row that is guided counted twice. */
  get active(): number {
    const seated = this.#seats.filter(({ row }) => row.isActive && !this.#leaving.has(row));
    return seated.length + this.#joining.filter(isActive).length;
  }

  /** Whether no row has a place here, not even one that is no longer active. */
  get isEmpty(): boolean {
    return this.#seats.length + this.#joining.length === 0;
  }

  /** The row takes part from the next tick on. */
  join(row: Row): void {
    this.#joining.push(row);
  }

  /** Begins a tick: feeds a token to each row, and records what the kernels are to compute. */
  async record(): Promise<void> {
    this.#removeAndSeat();
    const seats = this.#seats;
    if (this.#tokens.length < seats.length) this.#tokens = new Int32Array(2 * seats.length);
    const tokens = new Map<Row, number>();
    /** The first token of unconditional places that begin with this tick; they are fed the row's tokens from the next on. */
    const loneTags = new Map<Row, number>();
    const places = new Map<Row, number>();
    const unconditionalPlaces = new Map<Row, number>();
    for (const [n, { row, unconditional }] of seats.entries()) {
      if (unconditional) {
        unconditionalPlaces.set(row, n);
        continue;
      }
      places.set(row, n);
      if (row.opensGuidedTitle && row.loneTag !== null) loneTags.set(row, row.loneTag);
      if (row.isAtGuidingTitle) row.unconditional = this.#stepper.save(n);
      tokens.set(row, row.nextToken() ?? UNK);
    }
    for (const [n, { row, unconditional }] of seats.entries()) {
      this.#tokens[n] = (unconditional ? loneTags.get(row) : undefined) ?? tokens.get(row) ?? UNK;
    }
    await this.#stepper.recordStep(this.#tokens, seats.length);
    await this.#draws.record(places, unconditionalPlaces);
    this.#phase = seats.length > 0 ? 'recorded' : 'idle';
  }

  /** Notes that the kernels have run what was recorded. */
  markComputed(): void {
    if (this.#phase === 'recorded') this.#phase = 'computed';
  }

  /** Ends a computed tick: writes the drawn characters, and returns the rows that have paused, finished or failed. */
  finish(): Row[] {
    this.#draws.take();
    for (const [n, { row, unconditional }] of this.#seats.entries()) {
      if (!unconditional) row.finishIfComplete();
      if (row.status !== 'paused') continue;
      if (unconditional && row.hasBegun) row.unconditional = this.#stepper.save(n);
      else if (unconditional) continue;
      else row.start = this.#stepper.save(n);
      this.#leaving.add(row);
    }
    this.#phase = 'idle';
    // Every row was active when the tick began.
    return this.#seats
      .filter(({ unconditional }) => !unconditional)
      .map(({ row }) => row)
      .filter(({ status }) => status === 'paused' || status === 'finished' || status === 'failed');
  }

  /** Moves rows from the end into the places of rows that are no longer active, and gives joining rows a place. */
  #removeAndSeat(): void {
    const stepper = this.#stepper;
    const seats = this.#seats;
    for (let n = seats.length - 1; n >= 0; n--) {
      const seat = seats[n];
      if (seat?.row.isActive && !this.#leaving.has(seat.row)) continue;
      const last = seats.pop();
      if (!last || n === seats.length) continue;
      stepper.move(seats.length, n);
      seats[n] = last;
    }
    const joining = this.#joining.filter(isActive);
    stepper.reserve(2 * (seats.length + joining.length));
    for (const row of joining) {
      stepper.restore(seats.length, row.start);
      seats.push({ row, unconditional: false });
    }
    const doubled = new Set(seats.filter(({ unconditional }) => unconditional).map(({ row }) => row));
    for (const { row } of [...seats]) {
      if (doubled.has(row) || row.guidance === 0) continue;
      if (!row.opensGuidedTitle && (row.unconditional === null || !row.isPastTitle)) continue;
      stepper.restore(seats.length, row.opensGuidedTitle ? null : row.unconditional);
      seats.push({ row, unconditional: true });
    }
    this.#joining = [];
    this.#leaving.clear();
  }
}

/** A place in the stepper: a row's own, or its unconditional one. */
interface Seat {
  readonly row: Row;
  readonly unconditional: boolean;
}

function isActive(row: Row): boolean {
  return row.isActive;
}
