/**
 * The inference service of a bot in a fleet: its orders go through Redis to engine processes, which may run on other
 * machines. To the bot it looks as the embedded service does.
 */

import { randomUUID } from 'node:crypto';
import type { Attributes } from '@opentelemetry/api';
import type { Redis } from 'ioredis';
import { ActiveOrders } from '../service/active-orders.ts';
import { DEFAULT_LIMITS, type Limits } from '../service/admission.ts';
import { attend } from '../service/attend-order.ts';
import {
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
import { OrderSender } from './order-sender.ts';
import { Outstanding } from './outstanding.ts';
import { ProcessChannel } from './process-channel.ts';
import { answeredKey, PROTOCOL, type ProcessMessage } from './protocol.ts';
import { isConnected, openRedis, watchConnection } from './redis.ts';
import { inSpan, type Tracing } from './tracing.ts';

export interface FleetOptions {
  readonly redisUrl: string;
  readonly limits?: Partial<Limits>;
  /** The checkpoint to name until an engine is connected. */
  readonly checkpoint: string;
  /** Closed with the fleet. Default: no tracing. */
  readonly tracing?: Tracing;
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
  readonly #sender: OrderSender;
  readonly #active = new ActiveOrders();
  readonly #stopWatch: () => void;
  readonly #startedAt = performance.now();
  #deliveries: Deliveries | null = null;

  constructor(options: FleetOptions) {
    const { redisUrl, logger, tracing } = options;
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
    this.#orders = new KeptOrders(this.#redis, (place) => this.#view.expectedMs(place), tracing?.telemetry);
    this.#held = new HeldOrders(this.#redis);
    this.#outstanding = new Outstanding(this.#redis);
    this.#fleetLimits = new FleetLimits(redisUrl, this.#limits);
    this.#nearest = new NearestRequests(this.#redis, this.#id);
    this.#sender = new OrderSender({
      redis: this.#redis,
      origin: this.#id,
      limits: this.#limits,
      orders: this.#orders,
      held: this.#held,
      outstanding: this.#outstanding,
      fleetLimits: this.#fleetLimits,
      view: this.#view,
      logger,
      delivers: () => this.#deliveries !== null,
    });
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
    const { redisUrl, logger, tracing } = this.#options;
    const connection = openRedis(redisUrl, 'worker', logger);
    this.#connections.push(connection);
    this.#deliveries = new Deliveries({
      redis: this.#redis,
      connection,
      channel: this.#channel,
      orders: this.#orders,
      id: this.#id,
      takeOver,
      telemetry: tracing?.telemetry,
      logger,
    });
  }

  async write(order: Order, asker: Asker, options: WriteOptions = {}): Promise<GeneratedPoem> {
    try {
      const poem = await inSpan('order', attributesOf(order), () =>
        this.#active.run((stop) => this.#write(order, asker, options, stop)),
      );
      this.#metrics.countPoem(poem.waitedMs, poem.ranMs);
      return poem;
    } catch (error) {
      this.#metrics.countRefusal(error instanceof Unavailable ? error.code : 'failed');
      throw error;
    }
  }

  async #write(order: Order, asker: Asker, options: WriteOptions, stop: AbortController) {
    if (options.signal?.aborted) throw new Unavailable('cancelled');
    // An interaction that two bots have got is two orders, of which one is cancelled.
    const id = `${options.id ?? 'order'}-${randomUUID().slice(0, 8)}`;
    let wait: Wait | null = { place: null, expectedMs: null };
    const done = this.#sender.send(id, order, asker, options, stop, () => {
      wait = null;
    });
    const ticket = { done, wait: () => wait ?? this.#orders.waitOf(id) };
    const { onWaiting } = options;
    const notify = (place: number | null, expectedMs: number | null) =>
      void this.#ifUnanswered(id, () => onWaiting?.(place, expectedMs));
    const { deadlineMs } = this.#limits;
    return await attend(ticket, stop, deadlineMs, { ...options, onWaiting: notify });
  }

  /** Another bot may have answered while this process stood still, and a notice of the wait would cover the answer. */
  async #ifUnanswered(id: string, then: () => void): Promise<void> {
    const answered = await this.#redis.exists(answeredKey(id)).catch(() => 1);
    if (answered === 0) then();
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
    await this.#options.tracing?.close();
    return { dropped };
  }
}

/** What a trace says of an order. It says nothing of who asked, and not what for. */
function attributesOf({ plan, mood, seed }: Order): Attributes {
  return { 'shiren.slots': plan.slots.length, 'shiren.mood': mood, 'shiren.seed': seed };
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
