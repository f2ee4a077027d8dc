/**
 * `npm run build`: compiles `src`, `bench` and `tools` to `dist`, and the kernels to `dist/kernels.wasm`.
 *
 * `dist/.build` then holds a hash of everything that was compiled. `build-if-stale.mjs` compares it with the sources, so
 * that no command runs an old build. Plain JavaScript without packages, because it has to run before anything is built.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = join(ROOT, 'dist', '.build');
/** `attack` uses what the tests use, but no test. */
const SOURCE_FOLDERS = ['src', 'bench', 'tools', 'attack', 'test'];
/** `package.json` pins the compilers. */
const SOURCE_FILES = ['tsconfig.json', 'tsconfig.build.json', 'package.json'];

/** The compilers: the package of each, its program, and its arguments. Paths are relative to {@link ROOT}. */
export const TYPESCRIPT = {
  name: 'typescript',
  program: 'node_modules/typescript/bin/tsc',
  arguments: ['-p', 'tsconfig.build.json'],
};
export const ASSEMBLYSCRIPT = {
  name: 'assemblyscript',
  program: 'node_modules/assemblyscript/bin/asc.js',
  arguments: ['--config', 'src/kernels/assembly/asconfig.json', '--outFile', 'dist/kernels.wasm'],
};

/** The packages of compilers that are not installed. */
export function missingCompilers() {
  return [TYPESCRIPT, ASSEMBLYSCRIPT]
    .filter(({ program }) => !existsSync(join(ROOT, program)))
    .map(({ name }) => name);
}

/** True if there are sources to build from. A packed and installed package has none. */
export function hasSources() {
  return existsSync(join(ROOT, 'src')) && existsSync(join(ROOT, 'tsconfig.build.json'));
}

/** True if a build is there, whatever it was built from. */
export function hasBuild() {
  return existsSync(join(ROOT, 'dist', 'src')) && existsSync(join(ROOT, 'dist', 'kernels.wasm'));
}

/** True if the build is there and comes from the sources as they are now. */
export function isFresh() {
  return hasBuild() && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hashSources();
}

/** Removes the hash, so that the next command builds anew. */
export function forgetBuild() {
  rmSync(STAMP, { force: true });
}

/** Builds everything. Returns the exit code of the first compiler that fails, or 0. */
export function build() {
  const hash = hashSources();
  forgetBuild();
  for (const compiler of [TYPESCRIPT, ASSEMBLYSCRIPT]) {
    const code = compile(compiler);
    if (code !== 0) return code;
  }
  removeOrphans('dist');
  writeFileSync(STAMP, hash);
  return 0;
}

/** Runs one compiler. Its messages go to standard error: standard output belongs to the command that is built for. */
export function compile({ program, arguments: options }) {
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  const { status, error } = spawnSync(process.execPath, [join(ROOT, program), ...options], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (error) throw error;
  return status ?? 1;
}

/** SHA-256 over the names and the contents of all sources, in hexadecimal. */
function hashSources() {
  const hash = createHash('sha256');
  for (const path of sourcePaths())
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(ROOT, path)))
      .update('\0');
  return hash.digest('hex');
}

function sourcePaths() {
  const inFolders = SOURCE_FOLDERS.flatMap((folder) => filesUnder(folder));
  return [...inFolders, ...SOURCE_FILES]
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !path.endsWith('.test.ts'))
    .sort();
}

function filesUnder(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(ROOT.length));
}

/** Removes outputs whose source is gone; `npm pack` would ship them. */
function removeOrphans(folder) {
  for (const path of filesUnder(folder)) {
    const source = path.match(/^dist[\\/](.+)\.js(?:\.map)?$/)?.[1];
    if (source !== undefined && !existsSync(join(ROOT, `${source}.ts`))) rmSync(join(ROOT, path));
  }
}

const program = process.argv[1];
if (program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url))
  process.exitCode = build();
