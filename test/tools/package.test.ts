import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../src/system/package-root.ts';

const run = promisify(execFile);
const SECRETS = ['.env', '.env.local', '.env.production', '.env.production.local'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-package-'));
  for (const file of ['package.json', '.gitignore', '.env.example']) {
    await copyFile(join(repositoryRoot(), file), join(folder, file));
  }
  for (const file of SECRETS) await writeFile(join(folder, file), 'DISCORD_TOKEN=secret');
});
afterEach(() => rm(folder, { recursive: true }));

describe('files with secrets', () => {
  it('are ignored by git, and the example is not', async () => {
    await run('git', ['init', '--quiet'], { cwd: folder });
    const { stdout } = await run('git', ['status', '--porcelain', '--untracked-files=all'], { cwd: folder });
    expect(stdout.split('\n').filter(Boolean).sort()).toEqual([
      '?? .env.example',
      '?? .gitignore',
      '?? package.json',
    ]);
  });

  it.skipIf(process.platform === 'win32')('are kept out of npm pack, and the example is not', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder });
    expect(stdout).toContain('".env.example"');
    for (const file of SECRETS) expect(stdout).not.toContain(`"${file}"`);
  });
});

describe('the packages that are pinned', () => {
  it('run on the oldest Node that is supported', async () => {
    const oldest = Number((await readFile(join(repositoryRoot(), '.nvmrc'), 'utf8')).trim());
    const lock = JSON.parse(await readFile(join(repositoryRoot(), 'package-lock.json'), 'utf8'));
    const wanted = Object.entries<{ engines?: { node?: string } }>(lock.packages).map(
      ([name, { engines }]) => [name, engines?.node ?? ''] as const,
    );
    // The ranges that ask for more than the oldest Node are all of this form.
    const tooNew = wanted.filter(([, range]) => Number(/^>=\s*v?(\d+)/.exec(range)?.[1] ?? 0) > oldest);
    expect(tooNew).toEqual([]);
    expect(wanted.find(([name]) => name === 'node_modules/vega-lite')?.[1]).toBe('>=20');
  });
});
