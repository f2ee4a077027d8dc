/**
 * A bounded line in front of a number of places: first come, first served, the privileged before the others.
 *
 * Bottleneck would do for the places alone, but it cannot take a job back out of its queue, does not know a job's
 * place in it, and spends a millisecond of timers on each.
 */

interface Waiting {
  readonly privileged: boolean;
  readonly enter: () => void;
}

export class Line {
  readonly #places: number;
  readonly #limit: number;
  #taken = 0;
  #waiting: Waiting[] = [];

  /** `places` may be taken at a time; `limit` may wait. */
  constructor(places: number, limit: number) {
    this.#places = places;
    this.#limit = limit;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Whether whoever comes now would have to be turned away. */
  get full(): boolean {
    return this.#taken >= this.#places && this.#waiting.length >= this.#limit;
  }

  /**
   * Calls `enter` when there is a place, at once if there is one now. Whoever has entered must `leave`; whoever
   * waits may `quit`. While the line is `full` only the privileged come.
   */
  join(privileged: boolean, enter: () => void): Waiting {
    const waiting = { privileged, enter };
    if (this.#taken < this.#places) {
      this.#taken++;
      enter();
      return waiting;
    }
    const behind = privileged ? this.#waiting.findIndex((each) => !each.privileged) : -1;
    if (behind >= 0) this.#waiting.splice(behind, 0, waiting);
    else this.#waiting.push(waiting);
    return waiting;
  }

  /** 1 is next; null for who does not wait. */
  placeOf(waiting: Waiting): number | null {
    const index = this.#waiting.indexOf(waiting);
    return index < 0 ? null : index + 1;
  }

  quit(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
  }

  /** Gives a place back, to the next in line. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next.enter();
    else this.#taken--;
  }
}
