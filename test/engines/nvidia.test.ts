import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseReadings, readNvidia } from '../../src/engines/nvidia.ts';

describe('the reading of nvidia-smi', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shiren-nvidia-'));
    vi.stubEnv('PATH', `${folder}:/bin:/usr/bin`);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  async function installMonitor(script: string): Promise<void> {
    const path = join(folder, 'nvidia-smi');
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
  }

  it('has one entry per card, in ratios and bytes', async () => {
    await installMonitor(`[ "$1" = --query-gpu=name,utilization.gpu,memory.used,memory.total ] || exit 2
      echo 'NVIDIA H200, 37, 1024, 143771'
      echo 'NVIDIA A100-SXM4-80GB, 0, 4, 81920'`);
    expect(await readNvidia()).toEqual([
      { name: 'NVIDIA H200', utilization: 0.37, memoryUsed: 1024 * 2 ** 20, memoryTotal: 143771 * 2 ** 20 },
      {
        name: 'NVIDIA A100-SXM4-80GB',
        utilization: 0,
        memoryUsed: 4 * 2 ** 20,
        memoryTotal: 81920 * 2 ** 20,
      },
    ]);
  });

  it('is null if the driver does not answer', async () => {
    await installMonitor(
      "echo 'NVIDIA-SMI has failed because it could not communicate with the driver.'; exit 9",
    );
    expect(await readNvidia()).toBeNull();
  });

  it('is null if there is no card', async () => {
    await installMonitor("echo 'No devices were found'");
    expect(await readNvidia()).toBeNull();
  });

  it('is null if there is no nvidia-smi', async () => {
    vi.stubEnv('PATH', folder);
    expect(await readNvidia()).toBeNull();
  });

  it('is null if nvidia-smi hangs', async () => {
    // The test would time out if it waited for the end of the sleep.
    await installMonitor('exec sleep 60');
    expect(await readNvidia(100)).toBeNull();
  });

  it('has null for values that a card does not report', () => {
    expect(parseReadings('NVIDIA GB10, [N/A], [N/A], [Not Supported]\n')).toEqual([
      { name: 'NVIDIA GB10', utilization: null, memoryUsed: null, memoryTotal: null },
    ]);
  });
});
