import { cpus } from 'node:os';

/** The processor's own name, or its architecture where the system does not tell (some containers and arm64). */
export function processorName(): string {
  const model = cpus()[0]?.model.trim();
  return model === undefined || model === '' || model === 'unknown' ? process.arch : model;
}
