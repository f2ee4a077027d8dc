/**
 * Where TensorFlow lives. `npm run setup:tensorflow` builds it in a folder of its own beside node_modules, because
 * `npm ci` empties node_modules, and removes an optional package whose own installer failed. Inside, packages lie
 * under `node_modules`, so that what they share with the project (above all tfjs-core) resolves upwards to the
 * project's own copy.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SETUP_COMMAND = 'npm run setup:tensorflow';
export const ADDON_PACKAGE = '@tensorflow/tfjs-node-gpu';

/** What the setup wrote last, so that its presence says that the folder is whole. */
export interface HomeManifest {
  readonly tensorflow: string;
  /** Name of the Python wheel that the library was taken from. */
  readonly wheel: string;
  readonly addon: string;
  /** SHA-256 of the prelude that was compiled in. */
  readonly prelude: string;
  readonly gpu: boolean;
}

/** The folder of this project's package.json, from the sources as well as from the build. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json is not found above the program');
    folder = parent;
  }
  return folder;
}

export function tensorflowHome(root: string = projectRoot()): string {
  return join(root, '.tensorflow');
}

/** Null where the setup never finished. */
export function readHomeManifest(home: string): HomeManifest | null {
  try {
    return JSON.parse(readFileSync(join(home, 'manifest.json'), 'utf8')) as HomeManifest;
  } catch {
    return null;
  }
}

/** Folder of an addon package that has its native library; the setup's own comes first. Null where there is none. */
export function findAddonPackage(root: string = projectRoot()): string | null {
  const home = tensorflowHome(root);
  if (readHomeManifest(home) !== null) return join(home, 'node_modules', ADDON_PACKAGE);
  try {
    const require = createRequire(join(root, 'package.json'));
    const folder = dirname(require.resolve(`${ADDON_PACKAGE}/package.json`));
    return hasNativeLibrary(folder) ? folder : null;
  } catch {
    return null;
  }
}

function hasNativeLibrary(folder: string): boolean {
  const lib = join(folder, 'lib');
  return (
    existsSync(lib) && readdirSync(lib).some((version) => existsSync(join(lib, version, 'tfjs_binding.node')))
  );
}
