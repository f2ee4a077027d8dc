/** Measures how busy a run keeps the machine: its processor time, and the load of the graphics cards. */

import { type GpuReading, readNvidia } from '../engines/nvidia.ts';

/** A reading over one interval of a run. */
export interface DeviceReading {
  /** The mean number of processor cores that the process kept busy. */
  readonly cores: number;
  /** Share of the time in which the busiest graphics card ran a kernel, 0 to 1; null if no card reports it. */
  readonly gpu: number | null;
  /** The resident memory of the process at the end of the interval, in bytes. */
  readonly memory: number;
}

const SAMPLE_INTERVAL_MS = 2000;

export class DeviceMonitor {
  readonly #readCards: () => Promise<readonly GpuReading[] | null>;
  readonly #timer: NodeJS.Timeout;
  #startedAt = performance.now();
  #processor = process.cpuUsage();
  #samples: number[] = [];

  /** Samples the graphics cards until it is closed. */
  constructor(readCards = readNvidia, intervalMs = SAMPLE_INTERVAL_MS) {
    this.#readCards = readCards;
    this.#timer = setInterval(() => void this.#sample(), intervalMs);
    this.#timer.unref();
  }

  /** Begins an interval. */
  begin(): void {
    this.#startedAt = performance.now();
    this.#processor = process.cpuUsage();
    this.#samples = [];
  }

  /** Reads the interval since {@link begin}. */
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
    // A machine without cards is not asked again, because every question starts a process.
    if (cards === null) this.close();
    const busy = (cards ?? []).flatMap(({ utilization }) => (utilization === null ? [] : [utilization]));
    if (busy.length > 0) this.#samples.push(Math.max(...busy));
  }
}
