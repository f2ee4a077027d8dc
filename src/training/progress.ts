/** Shows the progress of a run: a bar that redraws itself on a terminal, or plain lines elsewhere. */

import type { LogEntry } from './curve.ts';
import type { StepResult, Trainer } from './trainer.ts';

const BAR_WIDTH = 24;
/** Milliseconds between redraws of the bar, and between plain lines. */
const REDRAW_INTERVAL = 200;
const LINE_INTERVAL = 15_000;

export class Progress {
  readonly #out: NodeJS.WriteStream;
  readonly #now: () => number;
  #shownAt = Number.NEGATIVE_INFINITY;
  #validation = '';
  #started: { at: number; step: number } | null = null;

  constructor(out: NodeJS.WriteStream, now: () => number = () => performance.now()) {
    this.#out = out;
    this.#now = now;
  }

  /** Shows a step, unless the last one was shown a moment ago. */
  step(step: StepResult, trainer: Pick<Trainer, 'epoch' | 'totalSteps'>, tokensPerSecond: number): void {
    const now = this.#now();
    this.#started ??= { at: now, step: step.step };
    if (now - this.#shownAt < (this.#out.isTTY ? REDRAW_INTERVAL : LINE_INTERVAL)) return;
    this.#shownAt = now;
    const done = step.step / trainer.totalSteps;
    const perStep = (now - this.#started.at) / Math.max(1, step.step - this.#started.step);
    const left = step.step > this.#started.step ? duration(perStep * (trainer.totalSteps - step.step)) : '…';
    const words = [
      `epoch ${trainer.epoch.toFixed(2)}`,
      `step ${step.step}/${trainer.totalSteps}`,
      `loss ${step.loss.toFixed(3)}`,
      ...(this.#validation ? [`validation ${this.#validation}`] : []),
      `${Math.round(tokensPerSecond)} tokens/s`,
      `${left} left`,
    ].join('  ');
    if (!this.#out.isTTY) {
      this.#out.write(`${words}\n`);
      return;
    }
    const full = Math.round(done * BAR_WIDTH);
    const line = `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${words}`;
    this.#out.write(`\r\x1b[2K${line.slice(0, (this.#out.columns ?? 120) - 1)}`);
  }

  /** Shows an evaluation on a line that stays. */
  evaluation(entry: LogEntry): void {
    this.#validation = entry.validation.nll.toFixed(3);
    this.#clear();
    const words = [
      `epoch ${entry.epoch.toFixed(2)}`,
      `training loss ${entry.trainingLoss.toFixed(3)}`,
      `validation NLL ${this.#validation} nats a token`,
      `perplexity ${entry.validation.hanziPerplexity.toFixed(0)} a hanzi`,
      `${Math.round(entry.tokensPerSecond)} tokens/s`,
    ];
    this.#out.write(`${words.join('  ')}\n`);
  }

  /** Clears the bar, so that other output begins on an empty line. */
  end(): void {
    this.#clear();
  }

  #clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[2K');
  }
}

/** Writes milliseconds as 1h 02m, 3m 20s or 12s. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours) return `${hours}h ${two(minutes)}m`;
  if (minutes) return `${minutes}m ${two(seconds % 60)}s`;
  return `${seconds}s`;
}
