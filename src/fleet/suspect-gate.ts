/**
 * Lets a suspect run alone in its process. An order is a suspect if an engine died while it wrote it. If the process dies
 * again, the cause is then known, and nobody else's poem is lost with it.
 */

import { type Deferred, deferred } from '../service/deferred.ts';

interface Waiting {
  readonly alone: boolean;
  readonly entered: Deferred<void>;
}

export class SuspectGate {
  #inside = 0;
  #alone = false;
  #waiting: Waiting[] = [];

  /** Resolves when the order may run. The result must be called when it has ended. First come, first served. */
  async enter(alone: boolean): Promise<() => void> {
    const entry = { alone, entered: deferred<void>() };
    this.#waiting.push(entry);
    this.#admit();
    await entry.entered.promise;
    return () => {
      this.#inside--;
      this.#alone = false;
      this.#admit();
    };
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && this.#mayEnter(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#inside++;
      this.#alone = next.alone;
      next.entered.resolve();
    }
  }

  #mayEnter({ alone }: Waiting): boolean {
    return !this.#alone && (!alone || this.#inside === 0);
  }
}
