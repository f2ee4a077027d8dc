/** The rule for checkpoint names. */

/**
 * Letters, digits, dots, dashes and underscores, at most 64, beginning with a letter or a digit. A name is the name
 * of one folder: it has no separator and is never `.` or `..`, so no name leads out of the checkpoints folder.
 */
export const CHECKPOINT_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;
