import { Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import type { GpuReading } from '../../src/engines/nvidia.ts';
import { registerGpuMetrics } from '../../src/service/gpu-metrics.ts';

function samples(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

describe('the metrics of graphics cards', () => {
  it('have one sample per card and reported value, from one reading per scrape', async () => {
    const cards: GpuReading[] = [
      { name: 'NVIDIA H200', utilization: 0.37, memoryUsed: 1024, memoryTotal: 4096 },
      { name: 'NVIDIA GB10', utilization: 0.5, memoryUsed: null, memoryTotal: null },
    ];
    const read = vi.fn(() => Promise.resolve(cards));
    const registry = new Registry();
    registerGpuMetrics(registry, read);
    expect(samples(await registry.metrics())).toEqual([
      'shiren_gpu_utilization_ratio{card="0",name="NVIDIA H200"} 0.37',
      'shiren_gpu_utilization_ratio{card="1",name="NVIDIA GB10"} 0.5',
      'shiren_gpu_memory_used_bytes{card="0",name="NVIDIA H200"} 1024',
      'shiren_gpu_memory_total_bytes{card="0",name="NVIDIA H200"} 4096',
    ]);
    expect(read).toHaveBeenCalledTimes(1);

    cards.pop();
    expect(samples(await registry.metrics())).toHaveLength(3);
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('have no sample if there is no card', async () => {
    const registry = new Registry();
    registerGpuMetrics(registry, () => Promise.resolve(null));
    expect(samples(await registry.metrics())).toEqual([]);
  });
});
