/** A seed for those who gave none: six digits at most, short enough to read out and type again. */

import { randomInt } from 'node:crypto';

export function drawSeed(): number {
  return randomInt(1_000_000);
}
