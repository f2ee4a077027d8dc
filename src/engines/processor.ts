import { cpus } from 'node:os';

/** The model name of the processor, or its architecture if the system gives no name (some containers and arm64). */
export function processorName(): string {
  const model = cpus()[0]?.model.trim();
  return model === undefined || model === '' || model === 'unknown' ? process.arch : model;
}
