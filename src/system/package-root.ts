/** Where the repository is: the folder of package.json, from the sources and from the build alike. */

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json is not above this file');
    folder = parent;
  }
  return folder;
}

/** The folder of all checkpoints: what the CHECKPOINTS variable names, relative to the repository. */
export function checkpointsRoot(): string {
  return resolve(repositoryRoot(), process.env.CHECKPOINTS || 'checkpoints');
}
