/** Draws a seed for a request that gives none. */

import { randomInt } from 'node:crypto';

/** A whole number of at most six digits, so that it is short enough to type again. */
export function drawSeed(): number {
  return randomInt(1_000_000);
}
