import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const COMMANDS = fileURLToPath(new URL('../../dist/src/training/commands/', import.meta.url));

function run(command: string, ...args: string[]) {
  const { PATH = '', HOME = '' } = process.env;
  const { status, stderr } = spawnSync(process.execPath, [`${COMMANDS}${command}.js`, ...args], {
    cwd: '/',
    env: { PATH, HOME },
    encoding: 'utf8',
  });
  return { status, stderr };
}

describe('a command that is used wrongly', () => {
  it.each([
    [
      'train',
      ['--recipe', 'report', '--minutes', '-1'],
      /^shiren: --minutes takes no value that begins with a dash/,
    ],
    [
      'train',
      ['--recipe', 'report', '--minutes=-1'],
      /^shiren: --minutes takes a positive number, not -1\n$/,
    ],
    [
      'train',
      ['--recipe', 'report', '--minutes', 'x'],
      /^shiren: --minutes takes a positive number, not x\n$/,
    ],
    ['train', ['--recipe', 'report', '--resume', '--replace'], /^shiren: --replace is for a new run/],
    ['train', ['--what'], /^shiren: Unknown option '--what'/],
    ['evaluate', ['--poems', '5'], /^shiren: --poems says how many poems to write: it needs --verse/],
  ])('%s %j says so in one line', (command, args, line) => {
    const { status, stderr } = run(command, ...args);
    expect(status).toBe(1);
    expect(stderr).toMatch(line);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
