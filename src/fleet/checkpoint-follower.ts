/** Keeps one engine at the checkpoint that the fleet serves (`fleet-checkpoint.ts`). */

import type { Redis } from 'ioredis';
import type { EmbeddedEngine } from '../service/embedded.ts';
import type { Logger } from '../service/inference-options.ts';
import {
  answersKey,
  checksumOf,
  DESIRED_KEY,
  type DesiredCheckpoint,
  PROPOSED_KEY,
  type Prepared,
  type ProposedCheckpoint,
} from './fleet-checkpoint.ts';

const POLL_MS = 2_000;
const ANSWERS_LAST_SECONDS = 120;

export interface FollowerOptions {
  readonly redis: Redis;
  readonly host: EmbeddedEngine;
  readonly checkpointsRoot: string;
  /** The id of this engine. */
  readonly id: string;
  readonly logger: Logger;
  /** Called with null when the engine serves the desired checkpoint, and with the reason when it cannot. */
  readonly onFit: (unfit: string | null) => void;
  /** Called after each change, so that the others learn of it. */
  readonly onChange: () => Promise<void>;
}

export class CheckpointFollower {
  readonly #options: FollowerOptions;
  readonly #timer: NodeJS.Timeout;
  #generation = 0;
  /** The token of the proposal that was answered. */
  #answered: string | null = null;
  #working: Promise<void> | null = null;
  /** Whether something may have changed since the work under way began. */
  #again = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.follow(), POLL_MS).unref();
  }

  get generation(): number {
    return this.#generation;
  }

  /** Looks at what is desired and proposed, and acts on it. Resolves when that is done. Never throws. */
  follow(): Promise<void> {
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
    return this.#working;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #work(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      // Without Redis nothing can be followed; the next look comes soon.
      await this.#look().catch(() => {});
    }
  }

  async #look(): Promise<void> {
    const { redis } = this.#options;
    const [desired, proposed] = await redis.mget(DESIRED_KEY, PROPOSED_KEY);
    if (desired == null) await this.#propagate();
    else await this.#adopt(JSON.parse(desired));
    if (proposed != null) await this.#prepare(JSON.parse(proposed));
    else if (this.#answered !== null) this.#forget();
  }

  /** Redis knows of no checkpoint: it is new, or it was emptied. What serves here becomes the desired one. */
  async #propagate(): Promise<void> {
    const { redis, host, checkpointsRoot } = this.#options;
    const { name } = host.status().checkpoint;
    const generation = Math.max(1, this.#generation);
    const desired = { generation, name, sha256: await checksumOf(checkpointsRoot, name) };
    await redis.set(DESIRED_KEY, JSON.stringify(desired satisfies DesiredCheckpoint), 'NX');
    this.#again = true;
  }

  async #adopt({ generation, name, sha256 }: DesiredCheckpoint): Promise<void> {
    const { host, checkpointsRoot, logger, onFit, onChange } = this.#options;
    if (generation === this.#generation) return;
    try {
      const own = await checksumOf(checkpointsRoot, name);
      if (own !== sha256) throw new Error(`its checkpoint ${name} is not the one that the fleet serves`);
      if (this.#answered !== null) await host.commit().catch(() => host.reload(name));
      else if (this.#generation > 0 || host.status().checkpoint.name !== name) await host.reload(name);
      this.#answered = null;
      this.#generation = generation;
      onFit(null);
      logger.info({ checkpoint: name, generation }, 'serving the checkpoint of the fleet');
    } catch (error) {
      onFit(messageOf(error));
    }
    await onChange();
  }

  async #prepare({ token, name }: ProposedCheckpoint): Promise<void> {
    if (token === this.#answered) return;
    const { redis, host, id } = this.#options;
    this.#answered = token;
    const answer = await this.#tryPrepare(name);
    if (!answer.ok) host.discard();
    await redis
      .multi()
      .hset(answersKey(token), id, JSON.stringify(answer))
      .expire(answersKey(token), ANSWERS_LAST_SECONDS)
      .exec();
    this.#again = true;
  }

  async #tryPrepare(name: string): Promise<Prepared> {
    try {
      const summary = await this.#options.host.prepare(name);
      return { ok: true, summary, sha256: await checksumOf(this.#options.checkpointsRoot, name) };
    } catch (error) {
      return { ok: false, reason: messageOf(error) };
    }
  }

  /** The proposal was given up. */
  #forget(): void {
    this.#answered = null;
    this.#options.host.discard();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
