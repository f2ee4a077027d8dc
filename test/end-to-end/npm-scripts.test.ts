/** The program as npm starts it: what its scripts print, and what becomes of signals. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Harness } from './harness.ts';
import { NpmScript } from './npm-script.ts';

let harness: Harness;
let started: NpmScript | null = null;

function run(script: string, environment: Readonly<Record<string, string>>): NpmScript {
  started = new NpmScript(script, environment);
  return started;
}

beforeAll(async () => {
  harness = await Harness.open();
});
afterEach(() => started?.killGroup());
afterAll(() => harness.close());

// Windows has no process groups and no SIGTERM that a program can handle.
describe.skipIf(process.platform === 'win32')('npm start', () => {
  it('reads standard input, and prints nothing but poems', async () => {
    const npm = run('start', { ...harness.environment, DISCORD_TOKEN: '' });
    npm.type('/poem 月 form:五绝 seed:1\n');
    expect(await npm.exit).toBe(0);
    expect(npm.stdout).toMatch(/^月.{4}，.{5}。\n.{5}，.{5}。\n+$/);
    expect(npm.stderr).toBe('');
  });

  it('stops cleanly and leaves no orphan when npm gets SIGTERM', async () => {
    const npm = run('start', harness.environment);
    await npm.untilLogged('Serving on Discord');
    npm.signal('SIGTERM');
    expect(await npm.exit).toBe(0);
    expect(npm.stderr).toContain('"Stopped"');
    expect(npm.groupIsRunning).toBe(false);
  });

  it('leaves no orphan in the terminal when npm gets SIGTERM', async () => {
    const npm = run('start', { ...harness.environment, DISCORD_TOKEN: '', LOG_LEVEL: 'info' });
    await npm.untilLogged('wasm');
    npm.signal('SIGTERM');
    await npm.exit;
    expect(npm.groupIsRunning).toBe(false);
  });

  it('takes the SIGINT of a terminal, which npm passes on once more, for one request to stop', async () => {
    const npm = run('start', harness.environment);
    await npm.untilLogged('Serving on Discord');
    npm.signalGroup('SIGINT');
    expect(await npm.exit).toBe(0);
    expect(npm.stderr).toContain('"Stopped"');
    expect(npm.groupIsRunning).toBe(false);
  });
});
