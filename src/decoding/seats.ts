/**
 * Who reads at which place of the stepper. Readers of the same state share one place until they are fed different tokens:
 * the forks of a row, and the rows of a search that begin alike. So what they have in common is computed once. vLLM shares
 * what sequences have in common in the same way, and copies it when they part (Kwon et al. 2023).
 */

import type { Row } from './row.ts';
import type { RecurrentState, Stepper } from './stepper.ts';

/** A row, or the unconditional side of a row that is guided. */
export interface Reader {
  readonly row: Row;
  readonly unconditional: boolean;
}

/** A place in the stepper. All its readers have been fed the same. */
interface Seat {
  readers: Reader[];
  /** A copy of the place's state; null if there is none yet. */
  saved: RecurrentState | null;
}

export class Seats {
  readonly #stepper: Stepper;
  /** The n-th seat is the n-th place in the stepper. */
  readonly #seats: Seat[] = [];
  /** The seats whose first token is still to be fed, by the state that they start from. */
  readonly #starting = new Map<RecurrentState | null, Seat>();

  /** The caller reserves a place for each reader. */
  constructor(stepper: Stepper) {
    this.#stepper = stepper;
  }

  /** How many places are taken. */
  get places(): number {
    return this.#seats.length;
  }

  forEach(visit: (reader: Reader, place: number) => void): void {
    for (const [place, { readers }] of this.#seats.entries())
      for (const reader of readers) visit(reader, place);
  }

  /** Removes the readers that do not stay. Moves readers from the end into the places that are free then. */
  keep(stays: (reader: Reader) => boolean): void {
    const seats = this.#seats;
    for (let n = seats.length - 1; n >= 0; n--) {
      const seat = seats[n] as Seat;
      if (!seat.readers.every(stays)) seat.readers = seat.readers.filter(stays);
      if (seat.readers.length > 0) continue;
      const last = seats.pop();
      if (!last || n === seats.length) continue;
      this.#stepper.move(seats.length, n);
      seats[n] = last;
    }
  }

  /** Gives a reader a place, which it shares with those that have come since the last {@link feed} with the same start. */
  add(reader: Reader, start: RecurrentState | null): void {
    const alike = this.#starting.get(start);
    if (alike) {
      alike.readers.push(reader);
      return;
    }
    const seat = { readers: [reader], saved: start };
    this.#stepper.restore(this.#seats.length, start);
    this.#seats.push(seat);
    this.#starting.set(start, seat);
  }

  /** A place's state. It is the same object for all readers of the place, so that whoever goes on from it can share again. */
  save(place: number): RecurrentState {
    const seat = this.#seats[place];
    const saved = seat?.saved ?? this.#stepper.save(place);
    if (seat) seat.saved = saved;
    return saved;
  }

  /** Parts the readers whose tokens differ, and records a step of the stepper with the token of each place. */
  async feed(tokenOf: (reader: Reader) => number): Promise<void> {
    const seats = this.#seats;
    const tokens = new Int32Array(seats.reduce((sum, { readers }) => sum + readers.length, 0));
    const together = seats.length;
    for (let n = 0; n < together; n++) {
      const seat = seats[n] as Seat;
      const [first] = seat.readers;
      if (first && seat.readers.length === 1) tokens[n] = tokenOf(first);
      else this.#part(n, seat, tokenOf, tokens);
    }
    for (const seat of seats) seat.saved = null;
    this.#starting.clear();
    await this.#stepper.recordStep(tokens, seats.length);
  }

  /** Those with the first reader's token keep the place. The others get places at the end, with copies of its state. */
  #part(place: number, seat: Seat, tokenOf: (reader: Reader) => number, tokens: Int32Array): void {
    const groups = new Map<number, Reader[]>();
    for (const reader of seat.readers) {
      const token = tokenOf(reader);
      const group = groups.get(token);
      if (group) group.push(reader);
      else groups.set(token, [reader]);
    }
    let to = place;
    for (const [token, readers] of groups) {
      tokens[to] = token;
      if (to === place) {
        seat.readers = readers;
      } else {
        this.#stepper.move(place, to);
        this.#seats.push({ readers, saved: null });
      }
      to = this.#seats.length;
    }
  }
}
