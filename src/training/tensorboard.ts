/** Writes the steps and evaluations of a run for TensorBoard. */

import { isDiskFull } from '../system/disk-full.ts';
import type { LogEntry } from './curve.ts';
import { EventFile, type Scalars } from './event-file.ts';
import type { StepResult } from './trainer.ts';

export class TensorBoard {
  /** Null after the disk was full: a record that was cut short makes the rest of a file unreadable. */
  #file: EventFile | null;
  #resuming: boolean;
  readonly #onNote: (sentence: string) => void;

  /**
   * Writes to a new file in `folder`. With `resuming`, TensorBoard hides the same steps of older files. `onNote` gets a
   * sentence if the disk is full; the run goes on without TensorBoard.
   */
  constructor(folder: string, resuming: boolean, onNote: (sentence: string) => void = () => {}) {
    this.#file = new EventFile(folder);
    this.#resuming = resuming;
    this.#onNote = onNote;
  }

  step({ step, loss, norm, learningRate }: StepResult): void {
    this.#write(step, {
      'loss/training': loss,
      'optimizer/gradient norm': norm,
      'optimizer/learning rate': learningRate,
    });
  }

  evaluation({ step, epoch, validation, tokensPerSecond, device }: LogEntry): void {
    this.#write(step, {
      'loss/validation': validation.nll,
      'perplexity/validation hanzi': validation.hanziPerplexity,
      'run/epoch': epoch,
      'run/tokens a second': tokensPerSecond,
      ...(device && { 'device/cores busy': device.cores, 'device/resident MiB': device.memory / 2 ** 20 }),
      ...(device && device.gpu !== null && { 'device/GPU busy': device.gpu }),
    });
  }

  close(): void {
    this.#file?.close();
  }

  #write(step: number, scalars: Scalars): void {
    try {
      if (this.#resuming) this.#file?.resume(step);
      this.#resuming = false;
      this.#file?.write(step, scalars);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.close();
      this.#file = null;
      this.#onNote('the disk is full: TensorBoard gets nothing more of this run');
    }
  }
}
