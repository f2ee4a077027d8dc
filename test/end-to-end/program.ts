/** Runs the built program as its users do: as a child process with its own environment. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repositoryRoot } from '../../src/system/package-root.ts';

const BOT = join(repositoryRoot(), 'dist', 'src', 'bot');

/** How long a test waits for something. Long, because the machine may be busy; tests must not depend on it. */
export const PATIENCE_MS = 60_000;

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export class Program {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number | null>;
  readonly #watchers = new Set<() => void>();
  stdout = '';
  stderr = '';

  constructor(
    file: 'main.js' | 'register.js' | 'engine.js',
    environment: Readonly<Record<string, string>>,
    args: readonly string[] = [],
    /** For Node itself. */
    nodeArgs: readonly string[] = [],
  ) {
    // The settings of this machine and the .env file of the checkout must not have an effect.
    const { PATH = '', HOME = '' } = process.env;
    this.#child = spawn(process.execPath, [...nodeArgs, join(BOT, file), ...args], {
      cwd: '/',
      env: { PATH, HOME, ENGINE: 'wasm', ...environment },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text) => this.#received('stdout', text));
    this.#child.stderr.setEncoding('utf8').on('data', (text) => this.#received('stderr', text));
    this.#ended = once(this.#child, 'close').then(([code]) => {
      this.#received('stderr', '');
      return code;
    });
  }

  /** Writes to standard input, and closes it unless `more` is true. */
  type(text: string, more = false): void {
    if (more) this.#child.stdin.write(text);
    else this.#child.stdin.end(text);
  }

  /** Closes the reading end of standard output, as `head` does. */
  stopReading(): void {
    this.#child.stdout.destroy();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }

  /** Resolves with the exit code when the program ends; null if a signal ended it. */
  exit(): Promise<number | null> {
    return this.#ended;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get log(): readonly LogLine[] {
    return this.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
  }

  /**
   * Resolves with the first truthy result of `find`, which is called after every output. Rejects if the program ends
   * or `limitMs` have passed without one.
   */
  async until<T>(find: (program: this) => T | null | undefined | false, limitMs = PATIENCE_MS): Promise<T> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const found = find(this);
      if (found) return found;
      const left = deadline - performance.now();
      if (left <= 0 || !this.running)
        throw new Error(`not seen; stdout: ${this.stdout}\nstderr: ${this.stderr}`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          this.#watchers.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, left);
        this.#watchers.add(wake);
      });
    }
  }

  /** Resolves with the first log line whose message contains or matches `message`. */
  logged(message: string | RegExp): Promise<LogLine> {
    const matches = (text: string) =>
      typeof message === 'string' ? text.includes(message) : message.test(text);
    return this.until(({ log }) => log.find(({ msg }) => msg !== undefined && matches(msg)));
  }

  #received(where: 'stdout' | 'stderr', text: string): void {
    this[where] += text;
    for (const wake of [...this.#watchers]) wake();
  }
}
