/**
 * Which checkpoint the whole fleet serves. Redis holds the desired one with a generation. To change it, all live engines
 * first load the new one beside the old; when all of them have it, the desired one changes, and then all of them switch.
 * If one of them cannot load it, none switches.
 */

import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { CARD, checkpointFolder } from '../model/checkpoint.ts';
import { type CheckpointSummary, LoadError } from '../service/inference.ts';
import { readEngines } from './engine-list.ts';
import { type EngineReport, PREFIX, RELOAD_CHANNEL } from './protocol.ts';

export const DESIRED_KEY = `${PREFIX}:checkpoint`;
export const PROPOSED_KEY = `${PREFIX}:proposed`;
export const answersKey = (token: string) => `${PREFIX}:prepared:${token}`;

export interface DesiredCheckpoint {
  readonly generation: number;
  readonly name: string;
  /** SHA-256 of its card, which has the checksums of its other files. */
  readonly sha256: string;
}

export interface ProposedCheckpoint {
  readonly token: string;
  readonly name: string;
}

/** What an engine says about a proposed checkpoint. */
export type Prepared =
  | { readonly ok: true; readonly sha256: string; readonly summary: CheckpointSummary }
  | { readonly ok: false; readonly reason: string };

/** An engine may take this long to load a proposed checkpoint, and then to switch to it. */
const PREPARE_MS = 60_000;
const SWITCH_MS = 10_000;
const LOOK_EVERY_MS = 100;

/** SHA-256 of a checkpoint's card. Throws if there is none. */
export async function checksumOf(root: string, name: string): Promise<string> {
  const card = await readFile(join(checkpointFolder(root, name), CARD));
  return createHash('sha256').update(card).digest('hex');
}

/** Makes the whole fleet serve another checkpoint. Throws {@link LoadError}; then all engines serve what they served. */
export async function changeCheckpoint(redis: Redis, name: string): Promise<CheckpointSummary> {
  if ((await readEngines(redis)).length === 0) throw new LoadError('engine', 'no engine is connected');
  const token = randomUUID();
  const proposed = JSON.stringify({ token, name } satisfies ProposedCheckpoint);
  const own = await redis.set(PROPOSED_KEY, proposed, 'PX', PREPARE_MS + SWITCH_MS, 'NX');
  if (own === null) throw new LoadError('checkpoint', 'another reload is under way; try again');
  try {
    await redis.publish(RELOAD_CHANNEL, 'proposed');
    const { sha256, summary } = await prepareAll(redis, token, name);
    const generation = await makeDesired(redis, { name, sha256 });
    await awaitSwitch(redis, generation);
    return summary;
  } finally {
    await redis.del(PROPOSED_KEY, answersKey(token)).catch(() => {});
    await redis.publish(RELOAD_CHANNEL, 'done').catch(() => {});
  }
}

/** Waits until every engine that lives has loaded the checkpoint, and the same one. */
async function prepareAll(redis: Redis, token: string, name: string) {
  const until = performance.now() + PREPARE_MS;
  for (;;) {
    const engines = await readEngines(redis);
    const answers = await redis.hgetall(answersKey(token));
    const prepared: Extract<Prepared, { ok: true }>[] = [];
    for (const { id } of engines) {
      const text = answers[id];
      if (text === undefined) continue;
      const answer: Prepared = JSON.parse(text);
      if (!answer.ok) throw new LoadError('checkpoint', `${id}: ${answer.reason}`);
      prepared.push(answer);
    }
    const [first, ...rest] = prepared;
    if (rest.some(({ sha256 }) => sha256 !== first?.sha256)) {
      throw new LoadError('checkpoint', `the engines have different checkpoints under the name ${name}`);
    }
    if (first && prepared.length === engines.length) return first;
    if (engines.length === 0) throw new LoadError('engine', 'no engine is connected any more');
    if (performance.now() > until) {
      const missing = engines.find(({ id }) => !(id in answers))?.id;
      throw new LoadError('checkpoint', `${missing} has not loaded ${name} in time`);
    }
    await pause(LOOK_EVERY_MS);
  }
}

async function makeDesired(redis: Redis, wanted: Omit<DesiredCheckpoint, 'generation'>): Promise<number> {
  const before = await redis.get(DESIRED_KEY);
  const generation = (before === null ? 0 : (JSON.parse(before) as DesiredCheckpoint).generation) + 1;
  await redis.set(DESIRED_KEY, JSON.stringify({ ...wanted, generation } satisfies DesiredCheckpoint));
  await redis.publish(RELOAD_CHANNEL, 'desired');
  return generation;
}

/** Waits until every engine serves it. One that does not by then takes no orders until it does. */
async function awaitSwitch(redis: Redis, generation: number): Promise<void> {
  const until = performance.now() + SWITCH_MS;
  const serves = (engine: EngineReport) => engine.generation >= generation;
  while (!(await readEngines(redis)).every(serves) && performance.now() < until) await pause(LOOK_EVERY_MS);
}
