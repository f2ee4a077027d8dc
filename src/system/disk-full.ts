/** A full disk. */

import { OperatorError } from './operator-error.ts';

/** Something could not be written, because the disk is full. The message says what. */
export class DiskFullError extends OperatorError {
  override readonly name = 'DiskFullError';
}

/** True for an error of the file system that says that the disk, or the quota on it, is used up. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}
