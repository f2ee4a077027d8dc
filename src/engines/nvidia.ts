/** What NVIDIA's own monitor says of the cards in this machine. */

import { execFile } from 'node:child_process';

export interface GpuReading {
  readonly name: string;
  /** Share of the last sample period in which a kernel ran, 0 to 1; null where the card does not tell. */
  readonly utilization: number | null;
  /** Bytes. */
  readonly memoryUsed: number | null;
  /** Bytes. */
  readonly memoryTotal: number | null;
}

const MIB = 1024 * 1024;
const QUERY = ['--query-gpu=name,utilization.gpu,memory.used,memory.total', '--format=csv,noheader,nounits'];
/** A wedged driver makes nvidia-smi hang; whoever asks for metrics must not hang with it. */
const LIMIT_MS = 3000;

/** One reading a card, in the driver's order; null where there is no `nvidia-smi`, no card, or no answer in time. */
export function readNvidia(): Promise<readonly GpuReading[] | null> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', QUERY, { timeout: LIMIT_MS, windowsHide: true }, (error, output) => {
      const readings = error === null ? parseReadings(output) : [];
      resolve(readings.length === 0 ? null : readings);
    });
  });
}

/** Reads the lines of nvidia-smi; `[N/A]` and `[Not Supported]` (MIG, shared memory) become null. */
export function parseReadings(output: string): GpuReading[] {
  const readings: GpuReading[] = [];
  for (const line of output.split('\n')) {
    // The name may hold commas in principle; the numbers are the last three fields.
    const fields = line.split(',').map((field) => field.trim());
    if (fields.length < 4) continue;
    const [utilization, used, total] = fields.slice(-3).map(numberOrNull) as [
      number | null,
      number | null,
      number | null,
    ];
    readings.push({
      name: fields.slice(0, -3).join(', '),
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
