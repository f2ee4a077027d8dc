/** A Redis server for tests, as a child process on a free port with append-only files in a folder of its own. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';

const PROGRAM = ['redis-server', 'valkey-server'].find((name) => spawnSync(name, ['--version']).status === 0);

/** Whether there is a Redis or Valkey on this machine. */
export const HAS_REDIS = PROGRAM !== undefined;

export class RedisServer {
  #child: ChildProcess | null = null;
  readonly #client: Redis;

  private constructor(
    readonly port: number,
    readonly folder: string,
  ) {
    this.#client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => 100 });
    this.#client.on('error', () => {});
  }

  static async start(): Promise<RedisServer> {
    const server = await RedisServer.prepare();
    await server.run();
    return server;
  }

  /** A server that does not run yet, on a port that is free. */
  static async prepare(): Promise<RedisServer> {
    return new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'shiren-redis-')));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** A connection for the test's own questions. */
  get client(): Redis {
    return this.#client;
  }

  async run(): Promise<void> {
    const settings = {
      port: this.port,
      bind: '127.0.0.1',
      dir: this.folder,
      appendonly: 'yes',
      save: '',
      'maxmemory-policy': 'noeviction',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#child = spawn(PROGRAM ?? 'redis-server', args, { stdio: 'ignore' });
    while ((await this.#client.ping().catch(() => '')) !== 'PONG') await pause(20);
  }

  /** Kills it as a crash would. */
  async kill(): Promise<void> {
    if (!this.#child) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
    this.#child = null;
  }

  /** It answers nothing until `resume`, but keeps its connections. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Forgets everything that it has on its disk. It must not be running. */
  async empty(): Promise<void> {
    await rm(join(this.folder, 'appendonlydir'), { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    this.#client.disconnect();
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
