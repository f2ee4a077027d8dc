/** The rest of an engine that crashes too often: nothing runs until the breaker lets the next start be tried. */

import type { Breaker } from './breaker.ts';

export interface EngineRestOptions {
  readonly breaker: Breaker;
  /** Called when the engine begins to rest, and when it works again. */
  readonly onBreaker: (open: boolean) => void;
  /** Starts the engine with this checkpoint when the rest is over. */
  readonly start: (checkpoint: string) => void;
}

export class EngineRest {
  readonly #options: EngineRestOptions;
  /** The next start; null if the engine does not rest. */
  #next: NodeJS.Timeout | null = null;
  /** Whether `onBreaker` has said that the engine rests. */
  #reported = false;

  constructor(options: EngineRestOptions) {
    this.#options = options;
  }

  get isResting(): boolean {
    return this.#next !== null;
  }

  /** Rests until the breaker's time is over, and then starts with this checkpoint. A start that fails may rest again. */
  begin(checkpoint: string): void {
    const { breaker, onBreaker, start } = this.#options;
    if (!this.#reported) onBreaker(true);
    this.#reported = true;
    this.end();
    this.#next = setTimeout(() => {
      this.#next = null;
      start(checkpoint);
    }, breaker.retryMs ?? 0).unref();
  }

  /** Ends the rest without a start. */
  end(): void {
    if (this.#next) clearTimeout(this.#next);
    this.#next = null;
  }

  /** The engine is ready. If it was after a rest, the breaker closes. */
  recovered(): void {
    const { breaker, onBreaker } = this.#options;
    if (!breaker.open) return;
    breaker.recovered();
    this.#reported = false;
    onBreaker(false);
  }
}
