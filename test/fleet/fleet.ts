/** What a test of a fleet needs: Redis, a loopback Discord with two servers on two shards, engines and bots. */

import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { openFleet } from '../../src/fleet/fleet-inference.ts';
import { compilePlan } from '../../src/poetry/compile.ts';
import type { Limits } from '../../src/service/admission.ts';
import type { Asker, Inference, Order } from '../../src/service/inference.ts';
import type { ClientInteraction } from '../discord/client-interaction.ts';
import { shardOf, snowflake } from '../discord/snowflake.ts';
import type { DiscordUser } from '../discord/user.ts';
import { Harness } from '../end-to-end/harness.ts';
import { PATIENCE_MS, type Program } from '../end-to-end/program.ts';
import { HAS_REDIS, RedisServer } from './redis-server.ts';

const FAULTY_ENGINE = fileURLToPath(new URL('./fixtures/faulty-engine.mjs', import.meta.url));
const NEXT_VERSION = fileURLToPath(new URL('./fixtures/next-version.mjs', import.meta.url));

/** What runs the program as its next version, whose orders need an engine and a bot of that version. */
const NEXT_VERSION_ARGS = ['--import', NEXT_VERSION];

if (!HAS_REDIS) {
  console.warn(
    'There is no redis-server here, so the tests of a fleet are skipped: apt-get install redis-server.',
  );
}
/** Skipped where there is no Redis. */
export const describeFleet = describe.skipIf(!HAS_REDIS);

export class Fleet {
  /** Servers whose shards, of two, are 0 and 1. */
  readonly guilds: readonly [string, string];

  private constructor(
    readonly redis: RedisServer,
    readonly harness: Harness,
    guilds: readonly [string, string],
  ) {
    this.guilds = guilds;
  }

  static async open(redis?: RedisServer): Promise<Fleet> {
    const guilds = [guildOfShard(0), guildOfShard(1)] as const;
    const harness = await Harness.open({ guilds, shards: 2 });
    await harness.register();
    return new Fleet(redis ?? (await RedisServer.start()), harness, guilds);
  }

  /** Starts an engine, and waits until it takes orders. */
  async engine(
    environment: Readonly<Record<string, string>> = {},
    fault?: { readonly seed?: number; readonly tickMs?: number },
  ): Promise<Program> {
    const engine = this.startEngine(environment, fault);
    await engine.logged('serving the checkpoint of the fleet');
    return engine;
  }

  /** An engine of the next version. */
  async nextEngine(environment: Readonly<Record<string, string>> = {}): Promise<Program> {
    const given = { REDIS_URL: this.redis.url, BATCH_ROWS: '16', CANDIDATES: '1', ...environment };
    const engine = this.harness.engine(given, NEXT_VERSION_ARGS);
    await engine.logged('serving the checkpoint of the fleet');
    return engine;
  }

  startEngine(
    environment: Readonly<Record<string, string>> = {},
    fault?: { readonly seed?: number; readonly tickMs?: number },
  ): Program {
    const given = { REDIS_URL: this.redis.url, BATCH_ROWS: '16', CANDIDATES: '1', ...environment };
    if (!fault) return this.harness.engine(given);
    return this.harness.engine({ ...given, ENGINE_FAULT: JSON.stringify(fault) }, [
      '--import',
      FAULTY_ENGINE,
    ]);
  }

  /** Starts the bot of shard 0 or 1, and waits until it serves. */
  async bot(shard: 0 | 1, environment: Readonly<Record<string, string>> = {}): Promise<Program> {
    return await this.harness.serve(this.#environmentOf(shard, environment));
  }

  /** A bot of the next version. */
  async nextBot(shard: 0 | 1): Promise<Program> {
    return await this.harness.serve(this.#environmentOf(shard, {}), NEXT_VERSION_ARGS);
  }

  #environmentOf(shard: 0 | 1, environment: Readonly<Record<string, string>>): Record<string, string> {
    return {
      REDIS_URL: this.redis.url,
      SHARDS: `${shard}/2`,
      USER_PER_MINUTE: '1000',
      USER_RUNNING: '1000',
      USER_WAITING: '1000',
      ...environment,
    };
  }

  /** The inference of a bot, in this process. */
  inference(limits: Partial<Limits> = {}): Inference {
    const generous = { userPerMinute: 100_000, userRunning: 1_000, userWaiting: 10_000, queue: 10_000 };
    return openFleet({
      redisUrl: this.redis.url,
      checkpoint: 'tiny',
      limits: { ...generous, ...limits },
      logger: { info: () => {}, warn: () => {} },
    });
  }

  /** Resolves when so many engines are known to the fleet. */
  async engines(count: number): Promise<void> {
    const known = () => this.redis.client.scard('{shiren}:engines');
    await expect.poll(known, { timeout: PATIENCE_MS, interval: 50 }).toBe(count);
  }

  user(shard: 0 | 1, id?: string): DiscordUser {
    return this.harness.user({ guild: this.guilds[shard], ...(id === undefined ? {} : { id }) });
  }

  /** Asks for a poem through the bot of a shard, each time as another user. */
  ask(shard: 0 | 1, seed?: number): ClientInteraction {
    return this.user(shard).use('poem', { opening: '月', ...(seed === undefined ? {} : { seed }) });
  }

  async close(): Promise<void> {
    await this.harness.close();
    await this.redis.stop();
  }
}

/** Opens a fleet for the tests of a `describe`. After each of them its programs are killed and its Redis is emptied. */
export function useFleet(opened: (fleet: Fleet) => void): void {
  let fleet: Fleet | undefined;
  beforeAll(async () => {
    fleet = await Fleet.open();
    opened(fleet);
  });
  afterAll(() => fleet?.close());
  afterEach(async () => {
    await fleet?.harness.stopAll();
    await fleet?.redis.client.flushall();
  });
}

function guildOfShard(shard: number): string {
  for (let id = BigInt(snowflake()); ; id += 1n << 22n) {
    if (shardOf(id.toString(), 2) === shard) return id.toString();
  }
}

export const askerNamed = (user: string): Asker => ({ user, guild: null, owner: false });

export function order(seed: number): Order {
  const request = {
    kind: 'poem',
    opening: '月',
    form: 'qijue',
    title: '',
    meter: 'none',
    rhyme: 'auto',
  } as const;
  return { plan: compilePlan(request), mood: 'free', seed };
}

/** Resolves when all interactions show a poem, and each exactly one message. */
export async function expectPoems(
  interactions: readonly ClientInteraction[],
  limitMs?: number,
): Promise<void> {
  await Promise.all(
    interactions.map((one) =>
      one.until(({ messages }) => messages.some(({ embeds }) => embeds?.length === 1), limitMs),
    ),
  );
  for (const { messages } of interactions) {
    expect(messages).toHaveLength(1);
    expect(messages[0]?.embeds?.[0]?.description).toMatch(/^## 月/u);
  }
}

/** What an interaction shows once it is no longer waiting, poem or sentence. */
export async function sentenceOf(interaction: ClientInteraction): Promise<string> {
  const message = await interaction.until(({ messages }) => messages.find(({ content }) => content));
  return message.content ?? '';
}
