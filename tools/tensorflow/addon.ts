/** Installs the npm packages of the addon `@tensorflow/tfjs-node-gpu`, and compiles its native binary. */

import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ADDON_PACKAGE } from '../../src/engines/tensorflow-home.ts';
import { NotObtainable, SetupError } from './setup-error.ts';
import { run } from './subprocess.ts';

interface LockEntry {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly peer?: boolean;
}

export type LockPackages = Readonly<Record<string, LockEntry>>;

/** The headers of Node-API. Node's own headers are often not installed, and their download site is one more host. */
const HEADERS_PACKAGE = 'node-api-headers';
/** The newest version of Node-API that the addon declares. Node 20, 22 and 24 support it. */
const NODE_API = 8;

/**
 * The places in a lock file (`node_modules/a/node_modules/b`) of the named packages and of all their dependencies. A
 * dependency is looked up as Node does it: from the innermost folder outwards.
 */
export function closureOf(names: readonly string[], packages: LockPackages): Set<string> {
  const reached = new Set<string>();
  const follow = (name: string, from: string): void => {
    const place = resolvePlace(name, from, packages);
    if (place === null || reached.has(place)) return;
    reached.add(place);
    const { dependencies, optionalDependencies } = entryAt(place, packages);
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) {
      follow(dependency, place);
    }
  };
  for (const name of names) follow(name, '');
  return reached;
}

function entryAt(place: string, packages: LockPackages): LockEntry {
  const entry = packages[place];
  if (entry === undefined) throw new SetupError(`package-lock.json does not have ${place}`);
  return entry;
}

function resolvePlace(name: string, from: string, packages: LockPackages): string | null {
  for (let folder = from; ; ) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (packages[place] !== undefined) return place;
    if (folder === '') return null;
    const outer = folder.lastIndexOf('/node_modules/');
    folder = outer === -1 ? '' : folder.slice(0, outer);
  }
}

/**
 * Installs the addon's packages under `home`, with the versions and checksums of the project's lock file. Runs none of
 * their scripts. Packages that the project always has are removed again, so that they resolve to the project's copies:
 * two copies of tfjs-core would be two engines.
 */
export async function installPackages(root: string, home: string): Promise<void> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    lockfileVersion: number;
    packages: LockPackages;
  };
  const names = [ADDON_PACKAGE, HEADERS_PACKAGE];
  const places = closureOf(names, lock.packages);
  const dependencies: Record<string, string> = {};
  for (const name of names) {
    dependencies[name] = entryAt(`node_modules/${name}`, lock.packages).version;
  }
  const manifest = { name: 'shiren-tensorflow', version: '0.0.0', private: true, dependencies };
  const packages: Record<string, object> = { '': manifest };
  for (const place of places) {
    const { optional, dev, devOptional, ...entry } = entryAt(place, lock.packages);
    packages[place] = entry;
  }
  await writeFile(join(home, 'package.json'), JSON.stringify(manifest, null, 2));
  await writeFile(
    join(home, 'package-lock.json'),
    JSON.stringify({ ...manifest, lockfileVersion: lock.lockfileVersion, packages }, null, 2),
  );

  const npm = await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: home });
  if (npm.code !== 0) throw new NotObtainable(`npm could not install ${ADDON_PACKAGE}: ${npm.errors.trim()}`);
  for (const place of places) {
    const { optional, dev, devOptional } = entryAt(place, lock.packages);
    const always = !optional && !dev && !devOptional;
    if (always) await rm(join(home, place), { recursive: true, force: true });
  }
}

function preludeIn(root: string): string {
  return join(root, 'tools/tensorflow/prelude.cc');
}

/** SHA-256 of the current prelude.cc, in hexadecimal. */
export async function preludeHash(root: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(preludeIn(root)))
    .digest('hex');
}

/** Compiles the addon's sources and the prelude, and links them with the TensorFlow library in its `deps` folder. */
export async function compileAddon(compiler: string, root: string, home: string): Promise<void> {
  const folder = join(home, 'node_modules', ADDON_PACKAGE);
  const binary = join(folder, 'lib', `napi-v${NODE_API}`);
  await mkdir(binary, { recursive: true });
  const prelude = join(folder, 'binding', 'prelude.cc');
  await cp(preludeIn(root), prelude);
  const result = await run(compiler, [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w'],
    ...[`-DNAPI_VERSION=${NODE_API}`, '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
    ...['-I', folder, '-I', join(folder, 'deps/include')],
    ...['-I', join(home, 'node_modules', HEADERS_PACKAGE, 'include')],
    ...[join(folder, 'binding/tfjs_backend.cc'), join(folder, 'binding/tfjs_binding.cc'), prelude],
    ...['-o', join(binary, 'tfjs_binding.node'), '-L', join(folder, 'deps/lib')],
    ...['-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2', '-ldl'],
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ]);
  if (result.code !== 0) throw new SetupError(`the addon does not compile: ${result.errors.trim()}`);
  await rm(join(folder, 'deps/include'), { recursive: true });
}
