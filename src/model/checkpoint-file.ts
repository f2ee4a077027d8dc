/**
 * Reads a file of a checkpoint. Only a plain file under the checkpoints folder is read: a named pipe would hold the
 * program for ever, and a link could lead `/reload` to any file of the machine. Links that stay under the folder are
 * followed, because some systems deploy files through them.
 */

import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/** A pipe is opened without waiting for its other end. Windows has neither. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * The content of the file `name` in a checkpoint's folder. Throws the file system's error, and an Error that says what
 * is wrong if it is not a plain file under the checkpoints folder, which is the parent of `folder`.
 */
export async function readCheckpointFile(folder: string, name: string): Promise<Buffer> {
  const path = await realpath(join(folder, name));
  const root = await realpath(dirname(folder));
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw new Error(
      `it is a link to ${path}, outside of the checkpoints folder; copy the checkpoint instead`,
    );
  }
  const file = await open(path, FLAGS);
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is not a plain file');
    return await file.readFile();
  } finally {
    await file.close();
  }
}
