/** Logs the workload once a minute. */

import type { Logger } from './inference-options.ts';
import { NO_WORKLOAD, type Workload, workloadBetween } from './workload.ts';

const REPORT_EVERY_MS = 60_000;

export interface WorkloadLogOptions {
  readonly logger: Logger;
  readonly workload: () => Promise<Workload>;
  /** Current values that are logged with the workload. */
  readonly current: () => object;
}

export class WorkloadLog {
  readonly #options: WorkloadLogOptions;
  readonly #timer: NodeJS.Timeout;
  #reported = NO_WORKLOAD;

  constructor(options: WorkloadLogOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.report(), REPORT_EVERY_MS).unref();
  }

  /** Logs the work since the last report. Logs nothing if there was none. */
  async report(): Promise<void> {
    const { logger, workload, current } = this.#options;
    const now = await workload();
    const period = workloadBetween(this.#reported, now);
    this.#reported = now;
    if (period) logger.info({ ...period, ...current() }, 'last minute');
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
