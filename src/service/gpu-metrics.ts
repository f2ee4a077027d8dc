/** Metrics of this machine's graphics cards, as nvidia-smi reports them. */

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

/** Adds one gauge per measure to the registry. A gauge has one sample per card, and none if no card answers. */
export function registerGpuMetrics(registry: Registry, readCards = readNvidia): void {
  // A scrape collects the gauges one by one, but the cards are read only once.
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
