/** Lets one process at a time write to a folder. The operating system frees the lock if the process is killed. */

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface FolderLock {
  release(): void;
}

/**
 * Locks a folder, which need not exist, against other processes of this machine and against other callers in this
 * process. Null if it is locked already. Throws the system's error if there can be no lock.
 *
 * The lock is a socket that the process listens on. A lock file would outlive a killed process, and its process id may
 * belong to another process by then. Nobody connects to the socket but to see whether somebody listens.
 */
export async function lockFolder(folder: string): Promise<FolderLock | null> {
  const path = socketPath(folder);
  return (await listen(path)) ?? ((await isListenedTo(path)) ? null : takeOver(path));
}

/** The socket of a process that was killed stays in the file system, where nobody listens on it. */
async function takeOver(path: string): Promise<FolderLock | null> {
  await rm(path, { force: true });
  return listen(path);
}

/** The name is a hash, because the path of a socket has at most about 100 bytes. */
function socketPath(folder: string): string {
  const hash = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16);
  return process.platform === 'win32' ? `\\\\.\\pipe\\shiren-${hash}` : join(tmpdir(), `shiren-${hash}.lock`);
}

/** Null if the address is in use. */
async function listen(path: string): Promise<FolderLock | null> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  server.listen(path);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
  return { release: () => server.close() };
}

async function isListenedTo(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    // A socket of another user may not be connected to. Then somebody may listen, so the folder counts as locked.
    const { code } = error as NodeJS.ErrnoException;
    return code !== 'ECONNREFUSED' && code !== 'ENOENT';
  } finally {
    socket.destroy();
  }
}
