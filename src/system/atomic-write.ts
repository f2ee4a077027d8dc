/** Files that are never half there. */

import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a killed writer may leave beside its file. */
export const PART = '.part';

/**
 * Writes beside the target, flushes to disk, then renames: a reader finds the old file or the new one, wherever
 * a writer was killed. Chunks are written one after the other.
 */
export async function writeAtomically(
  path: string,
  ...chunks: readonly (string | Uint8Array)[]
): Promise<void> {
  const beside = `${path}${PART}`;
  try {
    const file = await open(beside, 'w');
    try {
      for (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Makes a rename last through a power cut, and in order. Some systems cannot open a folder; there it is left to them. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => null);
  if (!folder) return;
  try {
    await folder.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  } finally {
    await folder.close();
  }
}
