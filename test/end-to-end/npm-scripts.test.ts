/** The program as npm starts it: what its scripts print, and what becomes of signals. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Harness } from './harness.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let harness: Harness;
let started: NpmScript | null = null;

beforeAll(async () => {
  harness = await Harness.open();
});
afterEach(() => started?.killGroup());
afterAll(() => harness.close());

/** `npm run SCRIPT --silent` in a process group of its own. */
class NpmScript {
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
    started = this;
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

// Windows has no process groups and no SIGTERM that a program can handle.
describe.skipIf(process.platform === 'win32')('npm start', () => {
  it('reads standard input, and prints nothing but poems', async () => {
    const npm = new NpmScript('start', { ...harness.environment, DISCORD_TOKEN: '' });
    npm.type('/poem 月 form:五绝 seed:1\n');
    expect(await npm.exit).toBe(0);
    expect(npm.stdout).toMatch(/^月.{4}，.{5}。\n.{5}，.{5}。\n+$/);
    expect(npm.stderr).toBe('');
  });

  it('stops cleanly and leaves no orphan when npm gets SIGTERM', async () => {
    const npm = new NpmScript('start', harness.environment);
    await npm.untilLogged('Serving on Discord');
    npm.signal('SIGTERM');
    expect(await npm.exit).toBe(0);
    expect(npm.stderr).toContain('"Stopped"');
    expect(npm.groupIsRunning).toBe(false);
  });

  it('leaves no orphan in the terminal when npm gets SIGTERM', async () => {
    const npm = new NpmScript('start', { ...harness.environment, DISCORD_TOKEN: '', LOG_LEVEL: 'info' });
    await npm.untilLogged('wasm');
    npm.signal('SIGTERM');
    await npm.exit;
    expect(npm.groupIsRunning).toBe(false);
  });

  it('takes the SIGINT of a terminal, which npm passes on once more, for one request to stop', async () => {
    const npm = new NpmScript('start', harness.environment);
    await npm.untilLogged('Serving on Discord');
    npm.signalGroup('SIGINT');
    expect(await npm.exit).toBe(0);
    expect(npm.stderr).toContain('"Stopped"');
    expect(npm.groupIsRunning).toBe(false);
  });
});
