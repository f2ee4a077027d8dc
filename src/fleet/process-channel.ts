/** The messages of one process of the fleet: what it hears, and what it says to one other process. */

import type { Redis } from 'ioredis';
import { type ProcessMessage, processChannel } from './protocol.ts';

export class ProcessChannel {
  readonly #caller: Redis;
  readonly #listener: Redis;
  readonly #hear = new Map<string, (message: string) => void>();

  /** `listener` is a connection of its own, because a subscribed one takes no other commands. */
  constructor(caller: Redis, listener: Redis) {
    this.#caller = caller;
    this.#listener = listener;
    listener.on('message', (channel: string, message: string) => this.#hear.get(channel)?.(message));
  }

  /** Calls `hear` with each message of a channel. Needs no connection yet. */
  listen(channel: string, hear: (message: string) => void): void {
    this.#hear.set(channel, hear);
    // ioredis subscribes when it has a connection, and again after each reconnection.
    this.#listener.subscribe(channel).catch(() => {});
  }

  /** Calls `hear` with each message to the process `id`. */
  listenAs(id: string, hear: (message: ProcessMessage) => void): void {
    this.listen(processChannel(id), (text) => hear(JSON.parse(text)));
  }

  /** Returns whether the process was there to hear it. Throws without Redis. */
  async send(to: string, message: ProcessMessage): Promise<boolean> {
    return (await this.#caller.publish(processChannel(to), JSON.stringify(message))) > 0;
  }

  /** Whether a process listens. Throws without Redis. */
  async isListening(id: string): Promise<boolean> {
    const [, count] = (await this.#caller.pubsub('NUMSUB', processChannel(id))) as [string, number];
    return Number(count) > 0;
  }
}
