/**
 * The orders that wait for a poem, which of them the engine thread has, and which of them ended it.
 *
 * If the thread ends, each of its orders may be the cause. They become suspects: the next thread gets them one at a time,
 * and nothing else meanwhile. A suspect that ends its thread too is the culprit. It is given up, and the others are
 * written as if nothing had happened.
 */

import type { EnginePoem, Order } from './inference.ts';
import { PendingRequests } from './pending-requests.ts';

/** An order and the user who waits for it. */
export interface PendingOrder {
  readonly order: Order;
  readonly user: string;
}

/** The thread has ended: how many orders it had, and which of them is the culprit, if that is known. */
export interface Crash {
  readonly orders: number;
  readonly culprit: (PendingOrder & { readonly id: number }) | null;
}

/** How many culprits are remembered, so that the same order does not end another thread. */
const REMEMBERED = 100;

export class Flight {
  readonly #send: (id: number, order: Order) => void;
  readonly #waiting = new PendingRequests<PendingOrder, EnginePoem>();
  /** Orders that the thread has not answered. Cancelled ones are among them until the thread confirms it. */
  readonly #sent = new Map<number, PendingOrder>();
  readonly #suspects = new Set<number>();
  readonly #culprits = new Set<string>();

  /** `send` gives an order to the thread. It is called by {@link sendWaiting} only. */
  constructor(send: (id: number, order: Order) => void) {
    this.#send = send;
  }

  /** Orders without a poem. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Adds an order, which is not sent yet. The promise settles when one of the methods below gets its id. */
  add(id: number, pending: PendingOrder): Promise<EnginePoem> {
    return this.#waiting.add(id, pending);
  }

  /** Sends the orders that the thread may have now. */
  sendWaiting(): void {
    for (const [id, pending] of this.#sendable()) {
      this.#sent.set(id, pending);
      this.#send(id, pending.order);
    }
  }

  #sendable(): (readonly [id: number, pending: PendingOrder])[] {
    const unsent = [...this.#waiting.requests()].filter(([id]) => !this.#sent.has(id));
    if (this.#suspects.size === 0) return unsent;
    if (this.#sent.size > 0) return [];
    return unsent.filter(([id]) => this.#suspects.has(id)).slice(0, 1);
  }

  /** The thread has answered an order, or confirmed that it was cancelled. Other ids are ignored. */
  answered(id: number): void {
    this.#sent.delete(id);
    this.#suspects.delete(id);
  }

  resolve(id: number, poem: EnginePoem): void {
    this.#waiting.resolve(id, poem);
  }

  /** Nobody waits for the order any more. The thread may still have it. */
  reject(id: number, error: unknown): void {
    if (!this.#sent.has(id)) this.#suspects.delete(id);
    this.#waiting.reject(id, error);
  }

  rejectAll(error: unknown): void {
    this.#suspects.clear();
    this.#waiting.rejectAll(error);
  }

  /** The thread has ended. If `blameOrders` is false, the cause is known and was none of the orders. */
  ended(blameOrders: boolean): Crash {
    const sent = [...this.#sent];
    this.#sent.clear();
    const [only] = sent;
    const known = blameOrders && only !== undefined && sent.length === 1 && this.#suspects.has(only[0]);
    const culprit = known ? { id: only[0], ...only[1] } : null;
    if (culprit) this.#remember(culprit.order);
    for (const [id] of sent) {
      if (id === culprit?.id || !this.#waiting.has(id)) this.#suspects.delete(id);
      else if (blameOrders) this.#suspects.add(id);
    }
    return { orders: sent.length, culprit };
  }

  /** Whether this order was a culprit before, with the checkpoint that serves now. */
  isCulprit(order: Order): boolean {
    return this.#culprits.has(JSON.stringify(order));
  }

  /** Another checkpoint serves: no order has ended that one yet. */
  forgetCulprits(): void {
    this.#culprits.clear();
  }

  #remember(order: Order): void {
    this.#culprits.add(JSON.stringify(order));
    const [oldest] = this.#culprits;
    if (this.#culprits.size > REMEMBERED && oldest !== undefined) this.#culprits.delete(oldest);
  }
}
