/**
 * The folder of the TensorFlow library. `npm run setup:tensorflow` builds it in `.tensorflow`, not in node_modules,
 * because `npm ci` empties node_modules and removes an optional package if its installer failed. Inside the folder,
 * packages lie under `node_modules`. So a package that they share with the project (above all tfjs-core) resolves
 * upwards to the project's copy.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../system/package-root.ts';

export const SETUP_COMMAND = 'npm run setup:tensorflow';
export const ADDON_PACKAGE = '@tensorflow/tfjs-node-gpu';

/** The setup writes this file last. If it is there, the folder is complete. */
export interface HomeManifest {
  readonly tensorflow: string;
  /** Name of the Python wheel that contained the library. */
  readonly wheel: string;
  readonly addon: string;
  /** SHA-256 of the prelude that was compiled into the addon. */
  readonly prelude: string;
  readonly gpu: boolean;
}

export function tensorflowHome(root: string = repositoryRoot()): string {
  return join(root, '.tensorflow');
}

/** Null if the setup has not finished. */
export function readHomeManifest(home: string): HomeManifest | null {
  try {
    return JSON.parse(readFileSync(join(home, 'manifest.json'), 'utf8')) as HomeManifest;
  } catch {
    return null;
  }
}

/**
 * Folder of an addon package that has its native library; null if there is none. The package that the setup built is
 * preferred to one in node_modules.
 */
export function findAddonPackage(root: string = repositoryRoot()): string | null {
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
