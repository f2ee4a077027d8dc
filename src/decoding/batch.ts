/**
 * Rows that are advanced together, by one token a tick. A row that is guided reads at two places of the stepper: its own,
 * and an unconditional one, in which the same is read without the title (or a title without what is announced). Rows
 * whose states are the same share their places.
 */

import { UNK } from '../model/vocabulary.ts';
import type { DecoderModel } from './decoder-model.ts';
import type { Row } from './row.ts';
import { type Reader, Seats } from './seats.ts';
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
  readonly #seats: Seats;
  #joining: Row[] = [];
  /** Rows that have paused in the last tick. They may join again, which takes another place. */
  readonly #leaving = new Set<Row>();
  #phase: BatchPhase = 'idle';

  /** `stepper` advances the rows of this batch and no others. */
  constructor(model: DecoderModel, stepper: Stepper) {
    this.#stepper = stepper;
    this.#seats = new Seats(stepper);
    this.#draws = new SlotDraws(model, stepper);
  }

  get phase(): BatchPhase {
    return this.#phase;
  }

  /** How many rows have joined and are still active, a row that is guided counted twice. */
  get active(): number {
    let active = this.#joining.filter(isActive).length;
    this.#seats.forEach((reader) => {
      if (this.#stays(reader)) active++;
    });
    return active;
  }

  /** Whether no row has a place here, not even one that is no longer active. */
  get isEmpty(): boolean {
    return this.#seats.places + this.#joining.length === 0;
  }

  /** The row takes part from the next tick on. */
  join(row: Row): void {
    this.#joining.push(row);
  }

  /** Begins a tick: feeds a token to each row, and records what the kernels are to compute. */
  async record(): Promise<void> {
    this.#removeAndSeat();
    const seats = this.#seats;
    const tokens = new Map<Row, number>();
    /** The first token of unconditional readers that begin with this tick; they are fed the row's tokens from the next on. */
    const loneTags = new Map<Row, number>();
    seats.forEach(({ row, unconditional }, place) => {
      if (unconditional) return;
      if (row.opensGuidedTitle && row.loneTag !== null) loneTags.set(row, row.loneTag);
      if (row.isAtGuidingTitle) row.unconditional = seats.save(place);
      tokens.set(row, row.nextToken() ?? UNK);
    });
    await seats.feed(
      ({ row, unconditional }) => (unconditional ? loneTags.get(row) : undefined) ?? tokens.get(row) ?? UNK,
    );
    const places = new Map<Row, number>();
    const unconditionalPlaces = new Map<Row, number>();
    seats.forEach(({ row, unconditional }, place) => {
      (unconditional ? unconditionalPlaces : places).set(row, place);
    });
    await this.#draws.record(places, unconditionalPlaces);
    this.#phase = seats.places > 0 ? 'recorded' : 'idle';
  }

  /** Notes that the kernels have run what was recorded. */
  markComputed(): void {
    if (this.#phase === 'recorded') this.#phase = 'computed';
  }

  /** Ends a computed tick: writes the drawn characters, and returns the rows that have paused, finished or failed. */
  finish(): Row[] {
    this.#draws.take();
    const seats = this.#seats;
    // Every row was active when the tick began.
    const ended: Row[] = [];
    seats.forEach(({ row, unconditional }, place) => {
      if (unconditional) {
        if (row.status === 'paused' && row.hasBegun) row.unconditional = seats.save(place);
        return;
      }
      row.finishIfComplete();
      const { status } = row;
      if (status === 'paused') {
        row.start = seats.save(place);
        this.#leaving.add(row);
      }
      if (status === 'paused' || status === 'finished' || status === 'failed') ended.push(row);
    });
    this.#phase = 'idle';
    return ended;
  }

  /** Whether a reader still needs its place. */
  #stays({ row }: Reader): boolean {
    return row.isActive && !this.#leaving.has(row);
  }

  /** Frees the places of rows that are no longer active, and gives joining rows a place. */
  #removeAndSeat(): void {
    const seats = this.#seats;
    seats.keep((reader) => this.#stays(reader));
    const rows = new Set<Row>();
    const guided = new Set<Row>();
    seats.forEach(({ row, unconditional }) => {
      (unconditional ? guided : rows).add(row);
    });
    const joining = this.#joining.filter(isActive);
    for (const row of joining) rows.add(row);
    // A row reads at two places at most.
    this.#stepper.reserve(2 * rows.size);
    for (const row of joining) seats.add({ row, unconditional: false }, row.start);
    for (const row of rows) {
      if (guided.has(row) || row.guidance === 0) continue;
      if (!row.opensGuidedTitle && (row.unconditional === null || !row.isPastTitle)) continue;
      seats.add({ row, unconditional: true }, row.opensGuidedTitle ? null : row.unconditional);
    }
    this.#joining = [];
    this.#leaving.clear();
  }
}

function isActive(row: Row): boolean {
  return row.isActive;
}
