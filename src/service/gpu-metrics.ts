/** The graphics cards of this machine among the metrics, as nvidia-smi reads them. */

import { Gauge, type Registry } from 'prom-client';
import { type GpuReading, readNvidia } from '../engines/nvidia.ts';

type Measure = Exclude<keyof GpuReading, 'name'>;

const MEASURES: { readonly [measure in Measure]: { readonly name: string; readonly help: string } } = {
  utilization: {
    name: 'shiren_gpu_utilization_ratio',
    help: 'Share of the last sample period in which a kernel ran on the card.',
  },
  memoryUsed: { name: 'shiren_gpu_memory_used_bytes', help: 'Memory in use on the card.' },
  memoryTotal: { name: 'shiren_gpu_memory_total_bytes', help: 'Memory of the card.' },
};

/** Adds a gauge a measure, with a sample a card; without a card that answers they have none. */
export function registerGpuMetrics(registry: Registry, readCards = readNvidia): void {
  // The gauges are collected one by one; a scrape asks the cards once.
  let reading: Promise<readonly GpuReading[] | null> | null = null;
  const readOnce = (): Promise<readonly GpuReading[] | null> => {
    reading ??= readCards().finally(() => {
      reading = null;
    });
    return reading;
  };
  for (const [measure, { name, help }] of Object.entries(MEASURES) as [
    Measure,
    (typeof MEASURES)[Measure],
  ][]) {
    new Gauge({
      name,
      help,
      labelNames: ['card', 'name'],
      registers: [registry],
      async collect() {
        const cards = (await readOnce()) ?? [];
        this.reset();
        for (const [card, values] of cards.entries()) {
          const value = values[measure];
          if (value !== null) this.set({ card: String(card), name: values.name }, value);
        }
      },
    });
  }
}
