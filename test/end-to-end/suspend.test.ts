/** Ctrl-Z in a shell with job control. util-linux's `script` gives the shell a terminal. */

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeTinyCheckpoint } from '../model/tiny-checkpoint.ts';
import { PATIENCE_MS } from './program.ts';

vi.setConfig({ testTimeout: 2 * PATIENCE_MS, hookTimeout: 2 * PATIENCE_MS });

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CTRL_Z = '\u001a';
const hasScript =
  process.platform === 'linux' && spawnSync('script', ['--version']).stdout?.includes('util-linux') === true;

let checkpoints: string;
let shell: ChildProcessWithoutNullStreams;
let shown = '';

beforeEach(async () => {
  checkpoints = await mkdtemp(join(tmpdir(), 'shiren-'));
  await writeTinyCheckpoint(checkpoints, 'tiny', { seed: 1 });
});
afterEach(async () => {
  shell.kill('SIGKILL');
  await rm(checkpoints, { recursive: true, force: true });
});

/** Waits until what is shown matches, and forgets it. */
async function until(pattern: RegExp): Promise<void> {
  while (!pattern.test(shown)) await once(shell.stdout, 'data');
  shown = '';
}

describe.skipIf(!hasScript)('npm start at the prompt of a shell', () => {
  it('stops at Ctrl-Z with all that npm started, and comes back with fg', async () => {
    const { PATH = '', HOME = '' } = process.env;
    shell = spawn('script', ['-qefc', 'bash --norc --noprofile -i', '/dev/null'], {
      cwd: ROOT,
      env: {
        ...{ PATH, HOME, PS1: 'shell> ', TERM: 'xterm', ENGINE: 'wasm', LANG: 'C.UTF-8' },
        ...{ CHECKPOINTS: checkpoints, CHECKPOINT: 'tiny', DISCORD_TOKEN: '', XDG_STATE_HOME: checkpoints },
      },
      detached: true,
    });
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    const type = (text: string) => shell.stdin.write(text);
    await until(/shell> /);
    type('npm start --silent\r');
    await until(/诗人> /u);
    for (let time = 1; time <= 2; time++) {
      type(`/poem 山${CTRL_Z}`);
      await until(/Stopped[\s\S]*shell> /);
      type('echo $((40 + 2))\r');
      await until(/42[\s\S]*shell> /);
      type('fg\r');
      // What was typed is still there.
      await until(/诗人> \/poem 山/u);
      type(' form:五绝\r');
      await until(/山.{4}，.{5}。/u);
    }
    type('/quit\r');
    await until(/shell> /);
    type('exit $?\r');
    const [code] = await once(shell, 'close');
    expect(code).toBe(0);
  });
});
