/** How busy a run keeps the machine: its own processor time, and the graphics card where there is one. */

import { type GpuReading, readNvidia } from '../engines/nvidia.ts';

/** Over one stretch of a run. */
export interface DeviceReading {
  /** Processor cores that the process kept busy, on average: 2 is two cores all the time. */
  readonly cores: number;
  /** Share of the time in which the busiest graphics card ran a kernel, 0 to 1; null where no card tells. */
  readonly gpu: number | null;
  /** The process's resident memory at the end of the stretch, in bytes. */
  readonly memory: number;
}

const SAMPLE_INTERVAL_MS = 2000;

export class DeviceMonitor {
  readonly #readCards: () => Promise<readonly GpuReading[] | null>;
  readonly #timer: NodeJS.Timeout;
  #startedAt = performance.now();
  #processor = process.cpuUsage();
  #samples: number[] = [];

  /** Samples until it is closed. */
  constructor(readCards = readNvidia, intervalMs = SAMPLE_INTERVAL_MS) {
    this.#readCards = readCards;
    this.#timer = setInterval(() => void this.#sample(), intervalMs);
    this.#timer.unref();
  }

  /** Begins a stretch. */
  begin(): void {
    this.#startedAt = performance.now();
    this.#processor = process.cpuUsage();
    this.#samples = [];
  }

  /** The stretch since {@link begin}. */
  read(): DeviceReading {
    const { user, system } = process.cpuUsage(this.#processor);
    const elapsed = Math.max(1, performance.now() - this.#startedAt);
    const sum = this.#samples.reduce((a, b) => a + b, 0);
    return {
      cores: (user + system) / 1000 / elapsed,
      gpu: this.#samples.length > 0 ? sum / this.#samples.length : null,
      memory: process.memoryUsage.rss(),
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #sample(): Promise<void> {
    const cards = await this.#readCards();
    // No card today is no card in an hour: asking again would start a process every time.
    if (cards === null) this.close();
    const busy = (cards ?? []).flatMap(({ utilization }) => (utilization === null ? [] : [utilization]));
    if (busy.length > 0) this.#samples.push(Math.max(...busy));
  }
}
