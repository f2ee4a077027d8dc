/** Draws seeds for requests that give none. */

import { randomInt } from 'node:crypto';
import type { ServiceStatus } from '../service/inference.ts';
import { FIRST_QUICK_SEED } from '../service/quick-seed.ts';

/** From so many orders on for each engine, new ones get a quick seed. */
const BUSY_ORDERS = 3;
/** Whoever got a seed in the last two seconds may not have ordered yet. */
const RECENT_MS = 2000;

/**
 * A function that draws a seed: of at most six digits, so that it is short enough to type again, or a quick one of seven
 * digits if the service is busy.
 */
export function seedDrawer(
  status: () => Pick<ServiceStatus, 'running' | 'waiting' | 'engines'>,
  now: () => number = () => performance.now(),
): () => number {
  let recent: number[] = [];
  return () => {
    const { running, waiting, engines } = status();
    const at = now();
    recent = recent.filter((drawn) => at - drawn < RECENT_MS);
    const orders = Math.max(running + waiting, recent.length);
    recent.push(at);
    return orders >= BUSY_ORDERS * Math.max(1, engines?.length ?? 1)
      ? randomInt(FIRST_QUICK_SEED, 10 * FIRST_QUICK_SEED)
      : randomInt(FIRST_QUICK_SEED);
  };
}
