/**
 * How long ago each shard was last heard of, by a monotonic clock. discord.js notes the time of a heartbeat by the wall
 * clock only, and a wall clock that jumps forward would make every connection look dead. So what discord.js noted is read
 * often, and the time at which it changed is noted here.
 */

/** How often the shards are looked at. An age is wrong by no more than this. */
const LOOK_EVERY_MS = 1000;

/** The part of a discord.js shard that is read. */
export interface Heart {
  readonly id: number;
  /** Changes with each heartbeat that Discord has answered. */
  readonly lastPingTimestamp: number;
}

interface Heard {
  readonly ping: number;
  /** By the monotonic clock. */
  readonly at: number;
}

export class HeartbeatAges {
  readonly #shards: () => Iterable<Heart>;
  readonly #now: () => number;
  readonly #heard = new Map<number, Heard>();
  readonly #timer: NodeJS.Timeout;

  /** `now` is a monotonic clock in milliseconds. */
  constructor(shards: () => Iterable<Heart>, now: () => number) {
    this.#shards = shards;
    this.#now = now;
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Notes which shards had a heartbeat answered since the last look. A new shard counts as heard of now. */
  look(): void {
    for (const { id, lastPingTimestamp: ping } of this.#shards()) {
      if (this.#heard.get(id)?.ping !== ping) this.#heard.set(id, { ping, at: this.#now() });
    }
  }

  /** Notes that a shard began or resumed a session. */
  connected({ id, lastPingTimestamp: ping }: Heart): void {
    this.#heard.set(id, { ping, at: this.#now() });
  }

  /** Milliseconds since a shard was last heard of. */
  of(id: number): number {
    const now = this.#now();
    return now - (this.#heard.get(id)?.at ?? now);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
