/** What an attack is, and the tally that it keeps. `main.ts` runs the attacks one after the other. */

import type { Random } from '../src/model/random.ts';

export interface Attack {
  readonly name: string;
  /** One line: what is tried, and what must hold. */
  readonly what: string;
  /** How many tries a whole run and a quick one make. */
  readonly tries: { readonly full: number; readonly quick: number };
  /** Makes tries until the tally is over. What does not hold is added as a fault. */
  run(tally: Tally, options: AttackOptions): Promise<void>;
}

export interface AttackOptions {
  readonly random: Random;
  /** An empty folder for this attack, which is removed afterwards. */
  readonly folder: string;
}

/** More faults than these are counted but not described. */
const DESCRIBED = 20;
const MAX_DESCRIPTION = 400;

export class Tally {
  tried = 0;
  faults = 0;
  readonly descriptions: string[] = [];
  /** What happened how often, for the table: outcomes that are right. */
  readonly outcomes = new Map<string, number>();
  readonly #tries: number;
  readonly #until: number;

  /** The attack is over after so many tries, or after so many milliseconds. */
  constructor(tries: number, limitMs: number) {
    this.#tries = tries;
    this.#until = performance.now() + limitMs;
  }

  get isOver(): boolean {
    return this.tried >= this.#tries || performance.now() > this.#until;
  }

  /** Counts an outcome that is right. */
  count(outcome: string, times = 1): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + times);
  }

  /** Keeps the largest value of a measure. */
  most(measure: string, value: number): void {
    this.outcomes.set(measure, Math.max(this.outcomes.get(measure) ?? 0, Math.round(value)));
  }

  /** Something that must never happen. */
  fault(description: string): void {
    this.faults++;
    if (this.descriptions.length < DESCRIBED) this.descriptions.push(description.slice(0, MAX_DESCRIPTION));
  }
}

/** One of several things. */
export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}
