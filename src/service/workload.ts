/** What the service has done, and the report of it for one period of time. */

/** Totals since the service started. */
export interface Workload {
  readonly poems: number;
  /** Summed over poems. */
  readonly waitedSeconds: number;
  /** Summed over poems. */
  readonly ranSeconds: number;
  readonly ticks: number;
  /** Summed over ticks. */
  readonly rows: number;
  readonly tokens: number;
  readonly restarts: number;
  /** By reason. */
  readonly refusals: Readonly<Record<string, number>>;
}

export const NO_WORKLOAD: Workload = {
  poems: 0,
  waitedSeconds: 0,
  ranSeconds: 0,
  ticks: 0,
  rows: 0,
  tokens: 0,
  restarts: 0,
  refusals: {},
};

/**
 * The work between two totals. Null if there was none: no poem, no tick, no restart, no refusal. Means are over the poems
 * of the period; `rowsPerTick` is over its ticks.
 */
export function workloadBetween(before: Workload, now: Workload) {
  const since = (field: Exclude<keyof Workload, 'refusals'>) => now[field] - before[field];
  const refusals: Record<string, number> = {};
  for (const [reason, count] of Object.entries(now.refusals)) {
    const refused = count - (before.refusals[reason] ?? 0);
    if (refused > 0) refusals[reason] = refused;
  }
  const poems = since('poems');
  const ticks = since('ticks');
  const restarts = since('restarts');
  if (poems + ticks + restarts + Object.keys(refusals).length === 0) return null;
  const mean = (sum: number, count: number, digits: number) =>
    count > 0 ? Number((sum / count).toFixed(digits)) : 0;
  return {
    poems,
    meanWaitMs: mean(1000 * since('waitedSeconds'), poems, 0),
    meanRunMs: mean(1000 * since('ranSeconds'), poems, 0),
    ticks,
    rowsPerTick: mean(since('rows'), ticks, 1),
    tokens: since('tokens'),
    restarts,
    refusals,
  };
}
