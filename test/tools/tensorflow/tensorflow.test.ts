/** Runs the built command in a small project of its own, and tests what it writes and leaves behind if it fails. */

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findAddonPackage } from '../../../src/engines/tensorflow-home.ts';

const onLinux = process.platform === 'linux';

interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

describe.runIf(onLinux)('npm run setup:tensorflow', () => {
  let root: string;
  let tools: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'shiren-setup-'));
    tools = join(root, 'bin');
    await mkdir(tools);
    for (const folder of ['src', 'tools'])
      await cp(`dist/${folder}`, join(root, 'dist', folder), { recursive: true });
    await mkdir(join(root, 'tools/tensorflow'), { recursive: true });
    await cp('tools/tensorflow/prelude.cc', join(root, 'tools/tensorflow/prelude.cc'));
    for (const file of ['package.json', 'package-lock.json']) await cp(file, join(root, file));
    // The packages that every installation has. The optional package, which the command installs, is missing.
    await mkdir(join(root, 'node_modules/@tensorflow'), { recursive: true });
    for (const name of ['tfjs-core', 'tfjs-backend-cpu', 'tfjs-backend-wasm']) {
      await symlink(resolve('node_modules/@tensorflow', name), join(root, 'node_modules/@tensorflow', name));
    }
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  async function install(name: string, script: string): Promise<void> {
    await writeFile(join(tools, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(tools, name), 0o755);
  }

  const program = () => join(root, 'dist/tools/tensorflow/main.js');
  const environment = () => ({ PATH: tools, HOME: root });

  function run(...parameters: string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [program(), ...parameters],
        { env: environment() },
        (error, output, errors) => {
          resolve({ code: error === null ? 0 : Number(error.code), output, errors });
        },
      );
    });
  }

  /** The files and folders of the setup in the project. */
  async function leftovers(): Promise<string[]> {
    return (await readdir(root)).filter((entry) => entry.startsWith('.tensorflow'));
  }

  it('reports everything that is missing before it starts', async () => {
    const { code, output, errors } = await run();
    expect(code).toBe(69);
    expect(output).toBe('');
    expect(errors).toContain('Python with pip');
    expect(errors).toContain('a C++ compiler');
    expect(await leftovers()).toEqual([]);
  });

  it('reports only what is missing', async () => {
    await install('c++', 'exit 0');
    const { errors } = await run();
    expect(errors).toContain('Python with pip');
    expect(errors).not.toContain('C++');
  });

  it('reports the error of pip, and leaves nothing behind', async () => {
    await install('npm', 'exit 0');
    await install('c++', 'exit 0');
    await install(
      'python3',
      '[ "$3" = --version ] || { echo "ERROR: No matching distribution found" >&2; exit 1; }',
    );
    const { code, output, errors } = await run();
    expect(code).toBe(69);
    expect(output).toContain('2/4 tensorflow-cpu 2.21.0');
    expect(errors).toContain('pip could not fetch tensorflow-cpu==2.21.0: No matching distribution found');
    expect(errors).toContain('PIP_INDEX_URL');
    expect(await leftovers()).toEqual([]);
  });

  it('is not complete if it is killed, and cleans up the next time', async () => {
    await install('npm', `: >${root}/begun; exec /bin/sleep 60`);
    await install('c++', 'exit 0');
    await install('python3', 'exit 0');
    const child = spawn(process.execPath, [program()], {
      env: environment(),
      stdio: 'ignore',
      detached: true,
    });
    await expect.poll(() => readdir(root), { timeout: 10_000 }).toContain('begun');
    // A negative id ends the whole process group.
    process.kill(-(child.pid ?? Number.NaN), 'SIGKILL');
    await once(child, 'exit');

    expect(await leftovers()).toHaveLength(1);
    expect(findAddonPackage(root)).toBeNull();
    await install('npm', 'echo no network >&2; exit 1');
    const again = await run();
    expect(again.code).toBe(69);
    expect(again.errors).toContain('npm could not install @tensorflow/tfjs-node-gpu: no network');
    expect(await leftovers()).toEqual([]);
  });

  it('removes the installation', async () => {
    await mkdir(join(root, '.tensorflow/node_modules'), { recursive: true });
    await writeFile(join(root, '.tensorflow/manifest.json'), '{"tensorflow":"2.21.0"}');
    expect(findAddonPackage(root)).toBe(join(root, '.tensorflow/node_modules/@tensorflow/tfjs-node-gpu'));
    expect(await run('--remove')).toEqual({ code: 0, output: 'Removed .tensorflow.\n', errors: '' });
    expect(await leftovers()).toEqual([]);
    expect(findAddonPackage(root)).toBeNull();
    expect((await run('--remove')).output).toBe('Nothing to remove.\n');
  });

  it('refuses an unknown option', async () => {
    const { code, errors } = await run('--cuda');
    expect(code).toBe(64);
    expect(errors).toContain("Unknown option '--cuda'");
    expect(errors).toContain('Usage: npm run setup:tensorflow');
  });
});
