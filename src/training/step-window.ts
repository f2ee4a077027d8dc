/** Sums over the training steps since the last evaluation, and the means that the log records. */

import type { StepResult } from './trainer.ts';

export class StepWindow {
  #loss = 0;
  #tokens = 0;
  #norm = 0;
  #steps = 0;
  #ms = 0;
  #learningRate = 0;

  /** Adds a step that took `ms` milliseconds. */
  add(step: StepResult, ms: number): void {
    this.#loss += step.loss * step.tokens;
    this.#tokens += step.tokens;
    this.#norm += step.norm;
    this.#steps++;
    this.#ms += ms;
    this.#learningRate = step.learningRate;
  }

  /** Mean NLL in nats a token. */
  get trainingLoss(): number {
    return this.#loss / this.#tokens;
  }

  /** Mean over the steps. */
  get gradientNorm(): number {
    return this.#norm / this.#steps;
  }

  get tokensPerSecond(): number {
    return (1000 * this.#tokens) / this.#ms;
  }

  /** Of the last step. */
  get learningRate(): number {
    return this.#learningRate;
  }
}
