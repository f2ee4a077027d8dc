/** What the service did since it was last asked: the log's line a minute. */

/** Counted since the service started; seconds are summed over poems. */
export interface Work {
  readonly poems: number;
  readonly waitedSeconds: number;
  readonly ranSeconds: number;
  readonly ticks: number;
  /** Summed over ticks. */
  readonly rows: number;
  readonly tokens: number;
  readonly restarts: number;
  readonly refusals: Readonly<Record<string, number>>;
}

export const NO_WORK: Work = {
  poems: 0,
  waitedSeconds: 0,
  ranSeconds: 0,
  ticks: 0,
  rows: 0,
  tokens: 0,
  restarts: 0,
  refusals: {},
};

/** Null where nothing was done: no poem, no tick, no restart, nobody refused. Means are over the poems written. */
export function workBetween(before: Work, now: Work) {
  const since = (field: Exclude<keyof Work, 'refusals'>) => now[field] - before[field];
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
