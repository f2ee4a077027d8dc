/** Totals of all engine threads since the service started. Each thread counts from 0 in its `SharedStats`. */

import type { SharedStats } from './shared-stats.ts';

export const ENGINE_TOTALS = ['ticks', 'rows', 'tokens', 'multiplyAdds'] as const;
export type EngineTotal = (typeof ENGINE_TOTALS)[number];

export class EngineTotals {
  readonly #current: () => SharedStats;
  /** Totals of the threads that have ended. */
  readonly #past: Record<EngineTotal, number> = { ticks: 0, rows: 0, tokens: 0, multiplyAdds: 0 };

  /** `current` returns the statistics of the thread that runs. */
  constructor(current: () => SharedStats) {
    this.#current = current;
  }

  get(field: EngineTotal): number {
    return this.#past[field] + this.#current().get(field);
  }

  /** Adds the counts of a thread that has ended, and sets them to 0 so that they are not counted twice. */
  retire(stats: SharedStats): void {
    for (const field of ENGINE_TOTALS) {
      this.#past[field] += stats.get(field);
      stats.set(field, 0);
    }
  }
}
