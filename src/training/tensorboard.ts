/** Writes the steps and evaluations of a run for TensorBoard. */

import type { LogEntry } from './curve.ts';
import { EventFile } from './event-file.ts';
import type { StepResult } from './trainer.ts';

export class TensorBoard {
  readonly #file: EventFile;
  #resuming: boolean;

  /** Writes to a new file in `folder`. With `resuming`, TensorBoard hides the same steps of older files. */
  constructor(folder: string, resuming: boolean) {
    this.#file = new EventFile(folder);
    this.#resuming = resuming;
  }

  step({ step, loss, norm, learningRate }: StepResult): void {
    if (this.#resuming) this.#file.resume(step);
    this.#resuming = false;
    this.#file.write(step, {
      'loss/training': loss,
      'optimizer/gradient norm': norm,
      'optimizer/learning rate': learningRate,
    });
  }

  evaluation({ step, epoch, validation, tokensPerSecond, device }: LogEntry): void {
    this.#file.write(step, {
      'loss/validation': validation.nll,
      'perplexity/validation hanzi': validation.hanziPerplexity,
      'run/epoch': epoch,
      'run/tokens a second': tokensPerSecond,
      ...(device && { 'device/cores busy': device.cores, 'device/resident MiB': device.memory / 2 ** 20 }),
      ...(device && device.gpu !== null && { 'device/GPU busy': device.gpu }),
    });
  }

  close(): void {
    this.#file.close();
  }
}
