/** Reads utilization and memory of this machine's NVIDIA cards with `nvidia-smi`. */

import { execFile } from 'node:child_process';

export interface GpuReading {
  readonly name: string;
  /** Share of the last sample period in which a kernel ran, 0 to 1; null if the card does not report it. */
  readonly utilization: number | null;
  /** Bytes. */
  readonly memoryUsed: number | null;
  /** Bytes. */
  readonly memoryTotal: number | null;
}

const MIB = 1024 * 1024;
const QUERY = ['--query-gpu=name,utilization.gpu,memory.used,memory.total', '--format=csv,noheader,nounits'];
/** A faulty driver can make nvidia-smi hang. A metrics request must not hang with it. */
const TIMEOUT_MS = 3000;

/** One reading per card, in the driver's order; null if there is no `nvidia-smi`, no card, or no answer in time. */
export function readNvidia(timeoutMs = TIMEOUT_MS): Promise<readonly GpuReading[] | null> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', QUERY, { timeout: timeoutMs, windowsHide: true }, (error, output) => {
      const readings = error === null ? parseReadings(output) : [];
      resolve(readings.length === 0 ? null : readings);
    });
  });
}

/** Parses the output of nvidia-smi. `[N/A]` and `[Not Supported]` (MIG, shared memory) become null. */
export function parseReadings(output: string): GpuReading[] {
  const readings: GpuReading[] = [];
  for (const line of output.split('\n')) {
    // A name may contain commas. The numbers are the last three fields.
    const fields = line.split(',').map((field) => field.trim());
    const name = fields.slice(0, -3).join(', ');
    const [utilization, used, total] = fields.slice(-3).map(numberOrNull);
    if (name === '' || utilization === undefined || used === undefined || total === undefined) continue;
    readings.push({
      name,
      utilization: utilization === null ? null : utilization / 100,
      memoryUsed: used === null ? null : used * MIB,
      memoryTotal: total === null ? null : total * MIB,
    });
  }
  return readings;
}

function numberOrNull(field: string): number | null {
  return /^\d+(\.\d+)?$/.test(field) ? Number(field) : null;
}
