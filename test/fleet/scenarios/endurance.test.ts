/**
 * 20: many poems while Redis restarts again and again. FLEET_POEMS=10000 and FLEET_RESTART_SECONDS=60 make it the long
 * run of docs/scale.md.
 */

import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Program } from '../../end-to-end/program.ts';
import { askerNamed, describeFleet, Fleet, order } from '../fleet.ts';

const POEMS = Number(process.env.FLEET_POEMS ?? 1000);
const RESTART_MS = 1000 * Number(process.env.FLEET_RESTART_SECONDS ?? 0.7);
const AT_A_TIME = 32;

let fleet: Fleet;

/** Resident memory of a process in megabytes. */
async function residentMb({ pid }: Program): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1]) / 1024;
}

describeFleet('20: a fleet that runs for long', () => {
  beforeAll(async () => {
    fleet = await Fleet.open();
  });
  afterAll(() => fleet?.close());

  it('writes every poem although Redis restarts, and grows no more', { timeout: 3_600_000 }, async () => {
    const engine = await fleet.engine();
    const inference = fleet.inference({ deadlineMs: 120_000 });
    let next = 0;
    const write = async (until: number) => {
      while (next < until) {
        const seed = next++;
        const poem = await inference.write(order(seed), askerNamed(`u${seed % 100}`));
        expect(poem.seed).toBe(seed);
      }
    };
    const writeUntil = (until: number) => Promise.all(Array.from({ length: AT_A_TIME }, () => write(until)));
    await writeUntil(Math.floor(POEMS / 4));
    const before = await residentMb(engine);
    let restarts = 0;
    let ended = false;
    const restarting = (async () => {
      while (!ended) {
        await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
        if (ended) break;
        await fleet.redis.kill();
        await fleet.redis.run();
        restarts++;
      }
    })();
    await writeUntil(POEMS);
    ended = true;
    await restarting;
    const after = await residentMb(engine);
    const { client } = fleet.redis;
    const keys = await client.dbsize();
    console.log(
      `20: ${POEMS} poems, ${restarts} restarts of Redis; engine ${Math.round(before)} MB, then ${Math.round(after)} MB; ${keys} keys`,
    );
    expect(restarts).toBeGreaterThan(0);
    expect(after).toBeLessThan(1.3 * before + 30);
    // Finished jobs, at most a thousand, and what belongs to users.
    expect(keys).toBeLessThan(4_000);
    await inference.close(0);
  });
});
