/** Where the data are, if DATA_DIR does not say otherwise. */

import { resolve } from 'node:path';
import { repositoryRoot } from '../system/package-root.ts';

const DEFAULT = '.data';

/** The folder that DATA_DIR names, relative to the package. */
export function dataFolder(setting: string | undefined): string {
  return resolve(repositoryRoot(), setting?.trim() || DEFAULT);
}
