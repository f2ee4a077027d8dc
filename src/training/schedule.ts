/** The learning rate over a run: it rises linearly, stays at its peak, and falls linearly towards zero at the end. */

export interface Schedule {
  readonly peak: number;
  readonly warmupSteps: number;
  /** The share of all steps over which the rate falls, from 0 to 1. */
  readonly decayShare: number;
}

/** The rate of a step, counted from 1, in a run of `total` steps. */
export function learningRate(schedule: Schedule, step: number, total: number): number {
  const rise = Math.min(1, step / schedule.warmupSteps);
  const fall =
    schedule.decayShare === 0 ? 1 : Math.min(1, (total - step + 1) / (total * schedule.decayShare));
  return schedule.peak * Math.min(rise, Math.max(0, fall));
}
