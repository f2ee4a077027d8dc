/** The program as its users start it: a child process of the build, with an environment of its own. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const BOT = fileURLToPath(new URL('../../dist/src/bot/', import.meta.url));

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
    file: 'main.js' | 'register.js',
    environment: Readonly<Record<string, string>>,
    args: readonly string[] = [],
  ) {
    // Neither this machine's settings nor a .env of the checkout have a say.
    const { PATH = '', HOME = '' } = process.env;
    this.#child = spawn(process.execPath, [BOT + file, ...args], {
      cwd: '/',
      env: { PATH, HOME, ENGINE: 'wasm', ...environment },
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text) => this.#heard('stdout', text));
    this.#child.stderr.setEncoding('utf8').on('data', (text) => this.#heard('stderr', text));
    this.#ended = once(this.#child, 'close').then(([code]) => {
      this.#heard('stderr', '');
      return code;
    });
  }

  /** Writes to standard input; with no more to come, closes it. */
  type(text: string, more = false): void {
    if (more) this.#child.stdin.write(text);
    else this.#child.stdin.end(text);
  }

  /** Stops reading standard output, as `head` does. */
  stopReading(): void {
    this.#child.stdout.destroy();
  }

  signal(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): void {
    this.#child.kill(name);
  }

  /** The exit code; null after a signal. */
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

  /** Resolves with the first thing that `seen` finds. Rejects when the program ends without it. */
  async until<T>(seen: (program: this) => T | null | undefined | false, limitMs = 20_000): Promise<T> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const found = seen(this);
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

  logged(message: string | RegExp): Promise<LogLine> {
    const fits = (text: string) =>
      typeof message === 'string' ? text.includes(message) : message.test(text);
    return this.until(({ log }) => log.find(({ msg }) => msg !== undefined && fits(msg)));
  }

  #heard(where: 'stdout' | 'stderr', text: string): void {
    this[where] += text;
    for (const wake of [...this.#watchers]) wake();
  }
}
