/** How long a run will take on the engine that computes it, estimated from its first steps. */

import { duration } from './progress.ts';

/** The first steps also compile kernels and fill caches. */
const WARM_UP_STEPS = 2;
const MEASURED_STEPS = 8;
/** A slow engine does not keep the operator waiting for all of them. */
const MEASURED_MS = 20_000;
/** After a smaller share of a recipe, what a model writes is nonsense. */
const FEWEST = 0.05;

export interface RunLength {
  /** The step after which this session begins. */
  readonly step: number;
  readonly totalSteps: number;
  /** The session ends after this time; infinite means never. */
  readonly limitMs: number;
  readonly engine: string;
}

export class RunEstimate {
  readonly #length: RunLength;
  readonly #now: () => number;
  #steps = 0;
  #since = 0;
  #done = false;

  constructor(length: RunLength, now: () => number = () => performance.now()) {
    this.#length = length;
    this.#now = now;
  }

  /** Counts a step. Returns the estimate once, when there is one; null before and after that. */
  step(): string | null {
    if (this.#done) return null;
    this.#steps++;
    if (this.#steps === WARM_UP_STEPS) this.#since = this.#now();
    const measured = this.#steps - WARM_UP_STEPS;
    const ms = this.#now() - this.#since;
    if (measured < 1 || (measured < MEASURED_STEPS && ms < MEASURED_MS)) return null;
    this.#done = true;
    return this.#sentence(ms / measured);
  }

  #sentence(msPerStep: number): string {
    const { step, totalSteps, limitMs, engine } = this.#length;
    const left = msPerStep * (totalSteps - step);
    const whole = `the run takes about ${duration(left)} on ${engine}`;
    if (left <= limitMs) return whole;
    const reached = Math.min(totalSteps, step + Math.floor(limitMs / msPerStep));
    const share = reached / totalSteps;
    const percent = `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
    const nonsense = share < FEWEST ? ', and a model that learned so little writes nonsense' : '';
    return `${whole}; --minutes ends it after about ${reached} of ${totalSteps} steps (${percent})${nonsense}`;
  }
}
