/** The addon of `@tensorflow/tfjs-node-gpu`: its packages from the npm registry, its binary by the C++ compiler. */

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

/** Node-API's headers come from npm too: Node's own are often not installed, and their download site is one more host. */
const HEADERS_PACKAGE = 'node-api-headers';
/** Newest version of Node-API that the package declares; Node 20, 22 and 24 all have it. */
const NODE_API = 8;

/**
 * The places in a lock file (`node_modules/a/node_modules/b`) that the named packages need, themselves included,
 * looked up as Node does: from the innermost folder outwards.
 */
export function closureOf(names: readonly string[], packages: LockPackages): Set<string> {
  const reached = new Set<string>();
  const follow = (name: string, from: string): void => {
    const place = resolvePlace(name, from, packages);
    if (place === null || reached.has(place)) return;
    reached.add(place);
    const entry = packages[place] as LockEntry;
    for (const dependency of Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })) {
      follow(dependency, place);
    }
  };
  for (const name of names) follow(name, '');
  return reached;
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
 * Installs the addon's packages under `home`, at the versions and checksums of the project's lock file, running none of
 * their scripts. What the project itself always has is left out, so that it resolves to the project's own copy: two
 * copies of tfjs-core would be two engines.
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
    const entry = lock.packages[`node_modules/${name}`];
    if (entry === undefined) throw new SetupError(`package-lock.json does not name ${name}`);
    dependencies[name] = entry.version;
  }
  const manifest = { name: 'shiren-tensorflow', version: '0.0.0', private: true, dependencies };
  const packages: Record<string, object> = { '': manifest };
  for (const place of places) {
    const { optional, dev, devOptional, ...entry } = lock.packages[place] as LockEntry;
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
    const { optional, dev, devOptional } = lock.packages[place] as LockEntry;
    const always = !optional && !dev && !devOptional;
    if (always) await rm(join(home, place), { recursive: true, force: true });
  }
}

const preludeIn = (root: string): string => join(root, 'tools/tensorflow/prelude.cc');

/** SHA-256 of the prelude as it is now, in hexadecimal. */
export async function preludeHash(root: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(preludeIn(root)))
    .digest('hex');
}

/** Compiles the package's own sources and the prelude against the library in its `deps`. */
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
