/** The build in a folder of its own, with compilers that only leave a mark. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const TOOLS = fileURLToPath(new URL('../../tools', import.meta.url));
const TSC = 'node_modules/typescript/bin/tsc';
const ASC = 'node_modules/assemblyscript/bin/asc.js';

let root: string;

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function run(...options: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'tools/build-if-stale.mjs'), ...options],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

const SILENT = { status: 0, stdout: '', stderr: '' };
const BUILT = { status: 0, stdout: '', stderr: 'tsc\nasc\n' };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'shiren-'));
  for (const name of ['build.mjs', 'build-if-stale.mjs'])
    cpSync(join(TOOLS, name), join(root, 'tools', name));
  write('package.json', '{ "type": "module" }');
  write('tsconfig.json', '{}');
  write('tsconfig.build.json', '{}');
  write('src/a.ts', 'one');
  for (const folder of ['bench', 'tools', 'attack', 'test']) write(`${folder}/b.ts`, '');
  write('test/b.test.ts', '');
  write('node_modules/typescript/package.json', '{ "type": "commonjs" }');
  write(TSC, "require('node:fs').mkdirSync('dist/src', { recursive: true }); console.log('tsc');");
  write(
    ASC,
    "import { writeFileSync } from 'node:fs'; writeFileSync('dist/kernels.wasm', ''); console.log('asc');",
  );
});
afterEach(() => rmSync(root, { recursive: true }));

describe('tools/build-if-stale.mjs', () => {
  it('builds once, and is silent from then on', () => {
    expect(run()).toEqual(BUILT);
    expect(run()).toEqual(SILENT);
  });

  it('builds anew if a source changed, whatever its time says, and not if only its time changed', () => {
    run();
    utimesSync(join(root, 'src/a.ts'), new Date(), new Date());
    expect(run()).toEqual(SILENT);
    write('src/a.ts', 'two');
    utimesSync(join(root, 'src/a.ts'), 0, 0);
    expect(run()).toEqual(BUILT);
  });

  it('removes the output of a source that is gone, and leaves what has no source', () => {
    run();
    write('dist/src/a.js', '');
    write('dist/src/old.js', '');
    write('dist/src/old.js.map', '');
    write('src/new.ts', '');
    run();
    expect(existsSync(join(root, 'dist/src/a.js'))).toBe(true);
    expect(existsSync(join(root, 'dist/src/old.js'))).toBe(false);
    expect(existsSync(join(root, 'dist/src/old.js.map'))).toBe(false);
    expect(existsSync(join(root, 'dist/kernels.wasm'))).toBe(true);
  });

  it('passes a failure of a compiler on, and tries again the next time', () => {
    write(TSC, 'process.exit(2);');
    expect(run()).toEqual({ status: 2, stdout: '', stderr: '' });
    expect(run().status).toBe(2);
  });

  it('does nothing in a package without sources', () => {
    rmSync(join(root, 'src'), { recursive: true });
    expect(run()).toEqual(SILENT);
    expect(run('--prepare')).toEqual(SILENT);
  });

  it('refuses to run an old build if the compilers are not installed, except to prepare', () => {
    run();
    rmSync(join(root, 'node_modules'), { recursive: true });
    expect(run()).toEqual(SILENT);
    write('src/a.ts', 'two');
    expect(run()).toMatchObject({ status: 1, stderr: expect.stringContaining('Run npm ci.') });
    expect(run('--prepare')).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('keeping the build'),
    });
    rmSync(join(root, 'dist'), { recursive: true });
    expect(run('--prepare').status).toBe(1);
  });
});
