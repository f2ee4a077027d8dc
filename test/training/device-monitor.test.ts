import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { GpuReading } from '../../src/engines/nvidia.ts';
import { DeviceMonitor } from '../../src/training/device-monitor.ts';

let monitor: DeviceMonitor;
afterEach(() => monitor.close());

const card = (utilization: number | null): GpuReading => ({
  name: 'a card',
  utilization,
  memoryUsed: null,
  memoryTotal: null,
});

function burn(ms: number): void {
  const start = performance.now();
  while (performance.now() - start < ms);
}

describe('the device monitor', () => {
  it('tells a busy process from an idle one', async () => {
    monitor = new DeviceMonitor(async () => null);
    const { user, system } = process.cpuUsage();
    const startedAt = performance.now();
    monitor.begin();
    burn(150);
    const busy = monitor.read();
    const now = process.cpuUsage({ user, system });
    const expected = (now.user + now.system) / 1000 / (performance.now() - startedAt);
    // What the processor itself counted; other processes may have had their share of it.
    expect(busy.cores).toBeGreaterThan(0);
    expect(Math.abs(busy.cores - expected)).toBeLessThan(0.2);
    monitor.begin();
    await sleep(150);
    expect(monitor.read().cores).toBeLessThan(busy.cores);
  });

  it('knows the memory and, without a card, no card', async () => {
    let asked = 0;
    monitor = new DeviceMonitor(async () => {
      asked++;
      return null;
    }, 5);
    monitor.begin();
    await sleep(60);
    expect(monitor.read().gpu).toBeNull();
    expect(monitor.read().memory).toBeGreaterThan(1e6);
    expect(asked).toBe(1);
  });

  it('averages the busiest card over a stretch', async () => {
    const readings = [[card(0.2), card(0.6)], [card(1), card(null)], [card(null)]];
    const left = [...readings];
    monitor = new DeviceMonitor(async () => left.shift() ?? [card(null)], 5);
    while (left.length > 0) await sleep(5);
    await sleep(5);
    expect(monitor.read().gpu).toBeCloseTo(0.8, 6);
    monitor.begin();
    expect(monitor.read().gpu).toBeNull();
  });
});
