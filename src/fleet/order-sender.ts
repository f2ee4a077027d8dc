/**
 * The way of one order of a bot: through the limits, to the engines by Redis, and back with its outcome. An order that ends
 * otherwise gives back what it has taken.
 */

import type { Redis } from 'ioredis';
import type { Limits } from '../service/admission.ts';
import {
  AnsweredElsewhere,
  type Asker,
  type GeneratedPoem,
  type Order,
  Unavailable,
  type WriteOptions,
} from '../service/inference.ts';
import type { Logger } from '../service/inference-options.ts';
import type { FleetLimits } from './fleet-limits.ts';
import type { FleetView } from './fleet-view.ts';
import type { HeldOrders } from './held-orders.ts';
import type { KeptOrder, KeptOrders } from './kept-orders.ts';
import type { Outstanding } from './outstanding.ts';
import { answeredKey } from './protocol.ts';
import { isConnected, throughReconnection } from './redis.ts';

/**
 * An order that cannot be kept within this time is refused. The asker is told before Discord's three seconds are over, and
 * sees no deferral that a bot which dies would leave behind.
 */
const KEPT_WITHIN_MS = 2_000;

/** What an order passes on its way. */
export interface OrderSenderParts {
  readonly redis: Redis;
  /** This process, to which outcomes are sent. */
  readonly origin: string;
  readonly limits: Limits;
  readonly orders: KeptOrders;
  readonly held: HeldOrders;
  readonly outstanding: Outstanding;
  readonly fleetLimits: FleetLimits;
  readonly view: FleetView;
  readonly logger: Logger;
  /** Whether this process brings answers to Discord, so that another one can do it in its place. */
  readonly delivers: () => boolean;
}

export class OrderSender {
  readonly #parts: OrderSenderParts;

  constructor(parts: OrderSenderParts) {
    this.#parts = parts;
  }

  /** Takes an order through the limits to the engines. `onKept` is called when the engines may have it. */
  async send(
    id: string,
    order: Order,
    asker: Asker,
    options: WriteOptions,
    stop: AbortController,
    onKept: () => void,
  ): Promise<GeneratedPoem> {
    const askedAt = Date.now();
    const deadline = askedAt + this.#parts.limits.deadlineMs;
    const common = { needs: 1, origin: this.#parts.origin, deadline };
    const deliver =
      this.#parts.delivers() && options.handover !== undefined
        ? { ...common, handover: options.handover }
        : null;
    let refund = true;
    const taken = new TakenPlaces();
    const late = new AbortController();
    const giveUp = () => {
      const reason = new Unavailable('disconnected');
      late.abort(reason);
      stop.abort(reason);
    };
    const unkept = deliver ? setTimeout(giveUp, KEPT_WITHIN_MS) : undefined;
    const isKept = () => {
      clearTimeout(unkept);
      options.onKept?.();
    };
    const letGo = deliver ? this.#parts.held.hold(id, deliver, isKept) : () => {};
    try {
      if (!(await isConnected(this.#parts.redis))) throw new Unavailable('disconnected');
      const before = await raceAbort(this.#pass(id, asker, stop.signal, deadline, taken), late.signal);
      const kept: KeptOrder = {
        id,
        write: { ...common, order, user: asker.user, askedAt, delivered: deliver !== null },
        deliver,
        priority: before === null ? 0 : 1 + before,
        answered: options.answered ?? Promise.resolve(),
      };
      // Nothing else ends this: an order that is on its way to Redis when this process closes is left to another bot.
      const { outcome } = await raceAbort(
        this.#reach(this.#parts.orders.put(kept, late.signal)),
        late.signal,
      );
      // Not earlier: a bot that dies in between would leave nothing.
      letGo();
      onKept();
      isKept();
      const result = await raceAbort(outcome, stop.signal);
      // A poem that the asker cancelled, and an order that ends engines, count.
      refund = !result.ok && result.code !== 'given-up';
      if (result.ok) return result.poem;
      throw result.code === 'failed'
        ? new Error('an engine could not write an order')
        : new Unavailable(result.code);
    } catch (error) {
      if (error instanceof Unavailable && error.code === 'cancelled') refund = false;
      // Nobody else knows of an order that was not kept, and Redis may not answer.
      if (late.signal.aborted) throw late.signal.reason;
      throw stop.signal.aborted ? await this.#abandon(id, stop.signal.reason, deliver !== null) : error;
    } finally {
      clearTimeout(unkept);
      // Until the answer is given, another bot may have to give it.
      void Promise.resolve(options.answered).finally(() => {
        letGo();
        this.#parts.orders.forget(id);
      });
      taken.giveBack(refund);
    }
  }

  /** Passes the limits. Returns how many orders the asker had before; null for an owner, who has no limits. */
  async #pass(
    id: string,
    asker: Asker,
    signal: AbortSignal,
    deadline: number,
    taken: TakenPlaces,
  ): Promise<number | null> {
    if (asker.owner) return null;
    const { userRunning, userWaiting, queue } = this.#parts.limits;
    const before = await this.#reach(
      throughReconnection(
        this.#parts.redis,
        () => this.#parts.outstanding.add(asker.user, id, deadline, userRunning + userWaiting),
        signal,
      ),
    );
    if (before === null) throw new Unavailable('user-busy');
    taken.add(() => void this.#parts.outstanding.remove(asker.user, id));
    const waiting = await this.#reach(
      throughReconnection(this.#parts.redis, () => this.#parts.orders.waiting(), signal),
    );
    if (waiting >= queue) throw new Unavailable('queue-full', this.#parts.view.expectedMs(waiting + 1));
    const permit = await this.#parts.fleetLimits.pass(asker, signal, deadline);
    taken.add((refund) => permit.release(refund));
    return before;
  }

  /** Redis failed while somebody waited for it. */
  async #reach<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.#parts.logger.warn({ reason: String(error) }, 'an order did not reach Redis');
      throw new Unavailable('disconnected');
    }
  }

  /** The order was cancelled, its deadline has passed, or this process is closing. Returns the error for its asker. */
  async #abandon(id: string, reason: unknown, delivered: boolean): Promise<unknown> {
    const closing = reason instanceof Unavailable && reason.code === 'closing';
    // Another bot will answer, or this one after its restart.
    if (closing && delivered && this.#parts.orders.has(id)) return new AnsweredElsewhere();
    const answered = await this.#parts.redis.exists(answeredKey(id)).catch(() => 0);
    if (answered > 0) return new AnsweredElsewhere();
    await this.#parts.orders.cancel(id);
    return reason;
  }
}

/** The places that an order has taken under the limits. One that it takes after it has ended is given back at once. */
class TakenPlaces {
  readonly #release: ((refund: boolean) => void)[] = [];
  #ended: { readonly refund: boolean } | null = null;

  add(release: (refund: boolean) => void): void {
    if (this.#ended) release(this.#ended.refund);
    else this.#release.push(release);
  }

  /** The last one first. */
  giveBack(refund: boolean): void {
    this.#ended = { refund };
    for (const release of this.#release.reverse()) release(refund);
  }
}

function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
