/**
 * The inference service of a bot in a fleet: its orders go through Redis to engine processes, which may run on other
 * machines. To the bot it looks as the embedded service does.
 */

import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { ActiveOrders } from '../service/active-orders.ts';
import { DEFAULT_LIMITS, type Limits } from '../service/admission.ts';
import { attend } from '../service/attend-order.ts';
import {
  AnsweredElsewhere,
  type Asker,
  type CheckpointSummary,
  type GeneratedPoem,
  type Inference,
  LoadError,
  type Order,
  type ServiceStatus,
  Unavailable,
  type WriteOptions,
} from '../service/inference.ts';
import type { Logger } from '../service/inference-options.ts';
import type { Wait } from '../service/ticket.ts';
import type { NearestLine } from '../text-index/line-index.ts';
import { Deliveries, type TakeOver, within } from './deliveries.ts';
import { changeCheckpoint } from './fleet-checkpoint.ts';
import { FleetLimits } from './fleet-limits.ts';
import { FleetMetrics } from './fleet-metrics.ts';
import { FleetView } from './fleet-view.ts';
import { GatewayLocks } from './gateway-locks.ts';
import { HeldOrders } from './held-orders.ts';
import { KeptOrders } from './kept-orders.ts';
import { NearestRequests } from './nearest-requests.ts';
import { Outstanding } from './outstanding.ts';
import { ProcessChannel } from './process-channel.ts';
import { answeredKey, PROTOCOL, type ProcessMessage } from './protocol.ts';
import { isConnected, openRedis, throughReconnection, watchConnection } from './redis.ts';

export interface FleetOptions {
  readonly redisUrl: string;
  readonly limits?: Partial<Limits>;
  /** The checkpoint to name until an engine is connected. */
  readonly checkpoint: string;
  readonly logger: Logger;
}

/** Inference by a fleet. Redis need not be there yet. */
export interface Fleet extends Inference {
  /** From now on this process also brings the answers of other bots' orders, if they die. */
  deliver(takeOver: TakeOver): void;
  readonly gatewayLocks: GatewayLocks;
  /** Why no poem can be written now; null if one can. */
  readonly notReady: string | null;
}

export function openFleet(options: FleetOptions): Fleet {
  return new FleetInference(options);
}

class FleetInference implements Fleet {
  readonly keepsOrders = true;
  readonly gatewayLocks: GatewayLocks;
  readonly #id = randomUUID();
  readonly #options: FleetOptions;
  readonly #limits: Limits;
  readonly #redis: Redis;
  readonly #connections: Redis[];
  readonly #channel: ProcessChannel;
  readonly #orders: KeptOrders;
  readonly #held: HeldOrders;
  readonly #outstanding: Outstanding;
  readonly #fleetLimits: FleetLimits;
  readonly #nearest: NearestRequests;
  readonly #view: FleetView;
  readonly #metrics: FleetMetrics;
  readonly #active = new ActiveOrders();
  readonly #stopWatch: () => void;
  readonly #startedAt = performance.now();
  #deliveries: Deliveries | null = null;

  constructor(options: FleetOptions) {
    const { redisUrl, logger } = options;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#redis = openRedis(redisUrl, 'caller', logger);
    const listener = openRedis(redisUrl, 'listener', logger);
    this.#connections = [this.#redis, listener];
    this.#stopWatch = watchConnection(this.#redis, [listener]);
    this.#channel = new ProcessChannel(this.#redis, listener);
    this.#channel.listenAs(this.#id, (message) => this.#hear(message));
    this.gatewayLocks = new GatewayLocks(this.#redis, this.#id);
    this.#view = new FleetView(this.#redis);
    this.#orders = new KeptOrders(this.#redis, (place) => this.#view.expectedMs(place));
    this.#held = new HeldOrders(this.#redis);
    this.#outstanding = new Outstanding(this.#redis);
    this.#fleetLimits = new FleetLimits(redisUrl, this.#limits);
    this.#nearest = new NearestRequests(this.#redis, this.#id);
    this.#metrics = new FleetMetrics(this.#redis, {
      engines: () => this.#view.engines,
      takenOver: () => this.#deliveries?.takenOver ?? 0,
      running: () => this.#active.size,
    });
  }

  get notReady(): string | null {
    if (this.#redis.status !== 'ready') return 'Redis is not connected';
    return this.#view.engines.length === 0 ? 'no engine is connected' : null;
  }

  deliver(takeOver: TakeOver): void {
    const { redisUrl, logger } = this.#options;
    const connection = openRedis(redisUrl, 'worker', logger);
    this.#connections.push(connection);
    this.#deliveries = new Deliveries({
      redis: this.#redis,
      connection,
      channel: this.#channel,
      orders: this.#orders,
      id: this.#id,
      takeOver,
      logger,
    });
  }

  async write(order: Order, asker: Asker, options: WriteOptions = {}): Promise<GeneratedPoem> {
    try {
      const poem = await this.#active.run((stop) => this.#write(order, asker, options, stop));
      this.#metrics.countPoem(poem.waitedMs, poem.ranMs);
      return poem;
    } catch (error) {
      this.#metrics.countRefusal(error instanceof Unavailable ? error.code : 'failed');
      throw error;
    }
  }

  async #write(order: Order, asker: Asker, options: WriteOptions, stop: AbortController) {
    if (options.signal?.aborted) throw new Unavailable('cancelled');
    if (!(await isConnected(this.#redis))) throw new Unavailable('disconnected');
    // An interaction that two bots have got is two orders, of which one is cancelled.
    const id = `${options.id ?? 'order'}-${randomUUID().slice(0, 8)}`;
    let wait: Wait | null = { place: null, expectedMs: null };
    const done = this.#run(id, order, asker, options, stop, () => {
      wait = null;
    });
    const ticket = { done, wait: () => wait ?? this.#orders.waitOf(id) };
    return await attend(ticket, stop, this.#limits.deadlineMs, options);
  }

  /** Takes an order through the limits to the engines. `onKept` is called when the engines may have it. */
  async #run(
    id: string,
    order: Order,
    asker: Asker,
    options: WriteOptions,
    stop: AbortController,
    onKept: () => void,
  ): Promise<GeneratedPoem> {
    const askedAt = Date.now();
    const deadline = askedAt + this.#limits.deadlineMs;
    const common = { needs: 1, origin: this.#id, deadline };
    const deliver =
      this.#deliveries && options.handover !== undefined ? { ...common, handover: options.handover } : null;
    let refund = true;
    const release: ((refund: boolean) => void)[] = [];
    try {
      const before = await this.#pass(id, asker, deliver, options, stop.signal, deadline, release);
      const { outcome } = await this.#reach(
        this.#orders.put({
          id,
          write: { ...common, order, user: asker.user, askedAt, delivered: deliver !== null },
          deliver,
          priority: before === null ? 0 : 1 + before,
          answered: options.answered ?? Promise.resolve(),
        }),
      );
      onKept();
      options.onKept?.();
      const result = await raceAbort(outcome, stop.signal);
      // A poem that the asker cancelled, and an order that ends engines, count.
      refund = !result.ok && result.code !== 'given-up';
      if (result.ok) return result.poem;
      throw result.code === 'failed'
        ? new Error('an engine could not write an order')
        : new Unavailable(result.code);
    } catch (error) {
      if (error instanceof Unavailable && error.code === 'cancelled') refund = false;
      throw stop.signal.aborted ? await this.#abandon(id, stop.signal.reason, deliver !== null) : error;
    } finally {
      // Until the answer is given, another bot may ask for it.
      void Promise.resolve(options.answered).finally(() => this.#orders.forget(id));
      for (const each of release.reverse()) each(refund);
    }
  }

  /** Passes the limits. Returns how many orders the asker had before; null for an owner, who has no limits. */
  async #pass(
    id: string,
    asker: Asker,
    deliver: Parameters<HeldOrders['hold']>[1] | null,
    options: WriteOptions,
    signal: AbortSignal,
    deadline: number,
    release: ((refund: boolean) => void)[],
  ): Promise<number | null> {
    if (asker.owner) return null;
    const { userRunning, userWaiting, queue } = this.#limits;
    const before = await this.#reach(
      throughReconnection(this.#redis, () =>
        this.#outstanding.add(asker.user, id, deadline, userRunning + userWaiting),
      ),
    );
    if (before === null) throw new Unavailable('user-busy');
    release.push(() => void this.#outstanding.remove(asker.user, id));
    const waiting = await this.#reach(throughReconnection(this.#redis, () => this.#orders.waiting()));
    if (waiting >= queue) throw new Unavailable('queue-full', this.#view.expectedMs(waiting + 1));
    const letGo = deliver ? this.#held.hold(id, deliver, options.onKept) : () => {};
    try {
      const permit = await this.#fleetLimits.pass(asker, signal, deadline);
      release.push((refund) => permit.release(refund));
    } finally {
      letGo();
    }
    return before;
  }

  /** Redis failed while somebody waited for it. */
  async #reach<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      this.#options.logger.warn({ reason: String(error) }, 'an order did not reach Redis');
      throw new Unavailable('disconnected');
    }
  }

  /** The order was cancelled, its deadline has passed, or this process is closing. Returns the error for its asker. */
  async #abandon(id: string, reason: unknown, delivered: boolean): Promise<unknown> {
    const closing = reason instanceof Unavailable && reason.code === 'closing';
    // Another bot will answer, or this one after its restart.
    if (closing && delivered && this.#orders.has(id)) return new AnsweredElsewhere();
    const answered = await this.#redis.exists(answeredKey(id)).catch(() => 0);
    if (answered > 0) return new AnsweredElsewhere();
    await this.#orders.cancel(id);
    return reason;
  }

  #hear(message: ProcessMessage): void {
    if (message.type === 'outcome') {
      this.#orders.settle(message.id, message.outcome);
    } else if (message.type === 'nearest') {
      this.#nearest.answered(message.id, message.lines);
    } else if (message.type === 'deliver') {
      void this.#answerFor(message);
    } else {
      this.#deliveries?.heard(message.type, message.id);
    }
  }

  /** Another bot has an outcome for this one. */
  async #answerFor({
    id,
    outcome,
    from,
  }: Extract<ProcessMessage, { readonly type: 'deliver' }>): Promise<void> {
    const say = (type: 'taken' | 'answered') => this.#channel.send(from, { type, id }).catch(() => false);
    const order = this.#orders.settle(id, outcome);
    await say('taken');
    await order?.answered.catch(() => {});
    await say('answered');
  }

  async reload(name: string): Promise<CheckpointSummary> {
    if (!(await isConnected(this.#redis))) throw new LoadError('engine', 'Redis is not connected');
    const { logger } = this.#options;
    try {
      const summary = await changeCheckpoint(this.#redis, name);
      await this.#view.look();
      logger.info({ checkpoint: name }, 'the fleet serves another checkpoint');
      return summary;
    } catch (error) {
      logger.info({ checkpoint: name, reason: String(error) }, 'not reloaded');
      throw error;
    }
  }

  async checkpoints(): Promise<readonly CheckpointSummary[]> {
    return this.#view.checkpoints();
  }

  async nearest(lines: readonly string[]): Promise<readonly (NearestLine | null)[] | null> {
    if (this.#redis.status !== 'ready') return null;
    return this.#nearest.ask(lines);
  }

  status(): ServiceStatus {
    const { engines, waiting } = this.#view;
    const sum = (count: 'running' | 'poems' | 'restarts') =>
      engines.reduce((total, engine) => total + engine[count], 0);
    return {
      engine: engines[0]?.engine ?? { name: 'none', device: 'fleet', version: String(PROTOCOL) },
      checkpoint: engines[0]?.summary ?? unknownCheckpoint(this.#options.checkpoint),
      running: sum('running'),
      waiting,
      poems: sum('poems'),
      restarts: sum('restarts'),
      uptimeMs: Math.round(performance.now() - this.#startedAt),
      engines,
    };
  }

  metrics(): Promise<string> {
    return this.#metrics.text();
  }

  async close(limitMs: number): Promise<{ readonly dropped: number }> {
    const dropped = await this.#active.close(limitMs);
    // Deliveries end when their answers are given, which the bot does meanwhile.
    await within(this.#deliveries?.close() ?? Promise.resolve(), 1_500);
    this.#stopWatch();
    this.#view.stop();
    await this.gatewayLocks.close();
    this.#fleetLimits.close();
    await within(Promise.all([this.#orders.close(), this.#held.close(), this.#nearest.close()]), 500);
    for (const connection of this.#connections) connection.disconnect();
    return { dropped };
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

/** What is said of the checkpoint while no engine is connected. */
function unknownCheckpoint(name: string): CheckpointSummary {
  const sizes = { layers: 0, vocabulary: 0, embedding: 0, hidden: 0, parameters: 0 };
  return {
    name,
    cell: '',
    ...sizes,
    nll: null,
    hanziPerplexity: null,
    corpus: { source: '', poems: 0 },
    parallels: false,
  };
}
