/** Writes files atomically: a reader finds either the old content or the new content, never a part of it. */

import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Suffix of the temporary file. A process that is killed while it writes leaves one behind. */
export const PART = '.part';

/**
 * Writes the chunks, in order, to a temporary file next to `path`, flushes it to disk, and renames it to `path`.
 * Throws the file system's error, after it has removed the temporary file.
 */
export async function writeAtomically(
  path: string,
  ...chunks: readonly (string | Uint8Array)[]
): Promise<void> {
  const temporary = `${path}${PART}`;
  try {
    const file = await open(temporary, 'w');
    try {
      for (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Flushes a rename to disk, so that it survives a power failure. Does nothing if the system cannot open a folder. */
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
