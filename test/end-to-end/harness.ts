/** What a test or an attack on the bot on Discord needs: a loopback Discord, checkpoints on disk, and bot processes. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoopbackDiscord, type LoopbackSettings } from '../discord/loopback.ts';
import { DiscordUser, type UserSettings } from '../discord/user.ts';
import { writeTinyCheckpoint } from '../model/tiny-checkpoint.ts';
import { Program } from './program.ts';

export const OWNER = '111111111111111111';

/** Settings with which poems are generated one at a time, so that many of them take seconds. */
export const SLOW = { CHECKPOINT: 'large', BATCH_ROWS: '1', CANDIDATES: '1', DEADLINE_SECONDS: '120' };

export class Harness {
  readonly #programs: Program[] = [];

  private constructor(
    readonly discord: LoopbackDiscord,
    readonly checkpoints: string,
  ) {}

  static async open(settings?: LoopbackSettings): Promise<Harness> {
    const checkpoints = await mkdtemp(join(tmpdir(), 'shiren-'));
    const test = { tokens: 1, nll: 5.25, hanziPerplexity: 412.5, unknownShare: 0 };
    await writeTinyCheckpoint(checkpoints, 'tiny', {
      seed: 1,
      test,
      lines: ['明月出天山', '月落烏啼霜滿天'],
    });
    await writeTinyCheckpoint(checkpoints, 'other', { seed: 2, test });
    await writeTinyCheckpoint(checkpoints, 'large', { seed: 1, sizes: { hidden: 384 } });
    return new Harness(await LoopbackDiscord.start(settings), checkpoints);
  }

  get environment(): Readonly<Record<string, string>> {
    return {
      DISCORD_TOKEN: this.discord.token,
      DISCORD_API: this.discord.api,
      OWNER_IDS: OWNER,
      CHECKPOINTS: this.checkpoints,
      CHECKPOINT: 'tiny',
      DATA_DIR: join(this.checkpoints, 'data'),
    };
  }

  /** Runs `npm start`. `nodeArgs` are for Node itself. */
  start(environment: Readonly<Record<string, string>> = {}, nodeArgs: readonly string[] = []): Program {
    return this.#started(new Program('main.js', { ...this.environment, ...environment }, [], nodeArgs));
  }

  /** Runs `npm start`, and waits until it serves. */
  async serve(
    environment: Readonly<Record<string, string>> = {},
    nodeArgs: readonly string[] = [],
  ): Promise<Program> {
    const program = this.start(environment, nodeArgs);
    await program.logged('Serving on Discord');
    return program;
  }

  /** Runs `npm run register -- …` to its end. */
  async register(...args: string[]): Promise<Program> {
    const program = this.#started(new Program('register.js', this.environment, args));
    await program.exit();
    return program;
  }

  /** Runs `npm run engine`. `nodeArgs` are for Node itself. */
  engine(environment: Readonly<Record<string, string>>, nodeArgs: readonly string[] = []): Program {
    const { DISCORD_TOKEN: _, DISCORD_API: __, ...own } = this.environment;
    return this.#started(new Program('engine.js', { ...own, ...environment }, [], nodeArgs));
  }

  user(settings?: UserSettings): DiscordUser {
    return new DiscordUser(this.discord, settings);
  }

  /** Kills every program that is still running. */
  async stopAll(): Promise<void> {
    for (const program of this.#programs) if (program.running) program.signal('SIGKILL');
    await Promise.all(this.#programs.map((program) => program.exit()));
  }

  async close(): Promise<void> {
    await this.stopAll();
    await this.discord.stop();
    await rm(this.checkpoints, { recursive: true, force: true });
  }

  #started(program: Program): Program {
    this.#programs.push(program);
    return program;
  }
}
