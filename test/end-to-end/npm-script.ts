/** A script of package.json as npm runs it. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run SCRIPT --silent` in a process group of its own. */
export class NpmScript {
  readonly #npm: ChildProcessWithoutNullStreams;
  readonly exit: Promise<number | null>;
  stdout = '';
  stderr = '';

  constructor(script: string, environment: Readonly<Record<string, string>>) {
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, ENGINE: 'wasm', ...environment };
    this.#npm = spawn('npm', ['run', script, '--silent'], { cwd: ROOT, env, detached: true });
    this.#npm.stdout.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    this.#npm.stderr.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    this.exit = once(this.#npm, 'exit').then(([code]) => code);
  }

  type(text: string): void {
    this.#npm.stdin.end(text);
  }

  /** Signals npm alone, as a supervisor does. */
  signal(name: 'SIGTERM'): void {
    this.#npm.kill(name);
  }

  /** Signals npm and all that it started, as a terminal does. */
  signalGroup(name: 'SIGINT' | 'SIGKILL'): void {
    process.kill(-(this.#npm.pid ?? 0), name);
  }

  /** True while a process of the group is left. */
  get groupIsRunning(): boolean {
    try {
      process.kill(-(this.#npm.pid ?? 0), 0);
      return true;
    } catch {
      return false;
    }
  }

  killGroup(): void {
    if (this.groupIsRunning) this.signalGroup('SIGKILL');
  }

  async untilLogged(message: string): Promise<void> {
    while (!this.stderr.includes(message)) {
      if (!this.groupIsRunning) throw new Error(`${message} was not logged: ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
