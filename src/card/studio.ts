/**
 * Paints cards on a thread of its own, so that the main thread keeps answering Discord. The thread starts with the
 * first card, and another one starts if it ends or hangs.
 */

import { Worker } from 'node:worker_threads';
import { messageOf } from '../system/message-of.ts';
import type { Card } from './card.ts';

export interface CardTask {
  readonly id: number;
  readonly card: Card;
}

export type CardReply =
  | { readonly id: number; readonly png: Uint8Array }
  | { readonly id: number; readonly failure: string };

/** A card could not be painted, or there are too many to paint. */
export class CardError extends Error {
  override readonly name = 'CardError';
  constructor(
    readonly code: 'card-busy' | 'card-failed',
    message: string,
  ) {
    super(message);
  }
}

export interface StudioOptions {
  /** The program of the thread. */
  readonly url?: URL;
  /** The most cards that may wait or be painted. */
  readonly limit?: number;
  /** A thread that paints nothing for so long is ended. */
  readonly patienceMs?: number;
}

interface Waiting {
  resolve(png: Uint8Array): void;
  reject(error: CardError): void;
}

const THREAD = new URL('./card-thread.js', import.meta.url);

export class CardStudio {
  readonly #url: URL;
  readonly #limit: number;
  readonly #patienceMs: number;
  readonly #waiting = new Map<number, Waiting>();
  #thread: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;
  #lastId = 0;

  constructor({ url = THREAD, limit = 32, patienceMs = 20_000 }: StudioOptions = {}) {
    this.#url = url;
    this.#limit = limit;
    this.#patienceMs = patienceMs;
  }

  /** The PNG of a card. Rejects with {@link CardError}. */
  async paint(card: Card): Promise<Uint8Array> {
    if (this.#waiting.size >= this.#limit) throw new CardError('card-busy', 'too many cards wait');
    const thread = this.#running();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // While a card is being painted, the thread keeps the program alive; an idle one does not.
      thread.ref();
      if (this.#timer === null) this.#watch();
      thread.postMessage({ id, card } satisfies CardTask);
    });
  }

  /** Ends the thread. Cards that wait are rejected. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#drop('the studio was closed');
    await thread?.terminate();
  }

  #running(): Worker {
    if (this.#thread) return this.#thread;
    const thread = new Worker(this.#url);
    thread.unref();
    thread.on('message', (reply: CardReply) => this.#receive(reply));
    thread.on('error', (error) => this.#lost(thread, messageOf(error)));
    thread.on('exit', (code) => this.#lost(thread, `the card's thread ended with code ${code}`));
    this.#thread = thread;
    return thread;
  }

  #receive(reply: CardReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    this.#watch();
    if (this.#waiting.size === 0) this.#thread?.unref();
    if ('png' in reply) waiting?.resolve(reply.png);
    else waiting?.reject(new CardError('card-failed', reply.failure));
  }

  /** Starts to wait anew for the next reply, or stops waiting if there is nothing to wait for. */
  #watch(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.size === 0) return;
    this.#timer = setTimeout(() => {
      void this.#thread?.terminate();
      this.#drop(`nothing was painted for ${this.#patienceMs} ms`);
    }, this.#patienceMs);
  }

  #lost(thread: Worker, reason: string): void {
    if (this.#thread === thread) this.#drop(reason);
  }

  #drop(reason: string): void {
    this.#thread = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#watch();
    for (const { reject } of waiting) reject(new CardError('card-failed', reason));
  }
}
