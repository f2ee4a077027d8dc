/** Requests to stop a program: SIGINT (Ctrl-C) and SIGTERM. */

/** The signals and their numbers. A program that a signal ends exits with 128 plus the number, as shells report it. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

/** npm passes a Ctrl-C on to the program that it runs, which has it from the terminal already. */
const RUN_BY_NPM = process.env.npm_lifecycle_event !== undefined;
const SAME_REQUEST_MS = 300;

export interface StopRequest {
  /** 1 for the first request, 2 for the second, and so on. */
  readonly count: number;
  readonly signalNumber: number;
}

/**
 * Calls `listener` for each request to stop, from now on. Signals no longer end the program by themselves. Under npm,
 * signals that arrive within {@link SAME_REQUEST_MS} of a request belong to that request.
 */
export function onStopRequest(listener: (request: StopRequest) => void): void {
  let count = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const [signal, signalNumber] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      const now = performance.now();
      if (RUN_BY_NPM && now - lastAt < SAME_REQUEST_MS) return;
      lastAt = now;
      count++;
      listener({ count, signalNumber });
    });
  }
}
