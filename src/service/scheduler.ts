/**
 * The work of the engine thread. Orders become rows of the running batch, each tick advances all rows by one token, and
 * finished rows become poems. A new checkpoint is loaded while the current one serves; the old one is freed after its
 * last row. The scheduler knows neither threads nor limits: commands are calls, and messages go through one function.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { LineSearch } from '../decoding/line-search.ts';
import type { Row } from '../decoding/row.ts';
import { SAMPLING } from '../decoding/sampling.ts';
import { PoemSearch, type Search, type SearchSettings } from '../decoding/search.ts';
import { messageOf } from '../system/message-of.ts';
import type { Order } from './inference.ts';
import type { LoadedModel } from './loaded-model.ts';
import type { CancelledMessage, EngineCommand, ResultMessage } from './protocol.ts';
import type { SharedStats } from './shared-stats.ts';

/** An order in the batch. */
interface ActiveOrder {
  readonly id: number;
  readonly model: LoadedModel;
  readonly search: Search;
}

export interface SchedulerOptions {
  readonly search: SearchSettings;
  readonly stats: SharedStats;
  readonly load: (checkpoint: string) => Promise<LoadedModel>;
  readonly send: (message: ResultMessage | CancelledMessage) => void;
  /** Called if a tick throws. The state of the thread can then no longer be trusted. */
  readonly onFault: (error: unknown) => void;
}

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #orders = new Map<number, ActiveOrder>();
  readonly #byRow = new Map<Row, ActiveOrder>();
  #model: LoadedModel;
  /** A model that a `commit` will put in the place of the one that serves. */
  #prepared: LoadedModel | null = null;
  /** Models that take no more orders but still have rows. */
  #retired: LoadedModel[] = [];
  #running = false;
  /** Settles when the last load command is done. */
  #loading: Promise<void> = Promise.resolve();

  constructor(model: LoadedModel, options: SchedulerOptions) {
    this.#model = model;
    this.#options = options;
  }

  handle(command: EngineCommand): void {
    switch (command.type) {
      case 'write':
        this.#write(command.id, command.order);
        break;
      case 'cancel':
        this.#cancel(command.id);
        break;
      case 'load':
        // Loads run one after the other, so the checkpoint of the last command serves in the end.
        this.#loading = this.#loading.then(() => this.#load(command.id, command.checkpoint));
        break;
      case 'prepare':
        this.#loading = this.#loading.then(() => this.#prepare(command.id, command.checkpoint));
        break;
      case 'commit':
        this.#loading = this.#loading.then(() => this.#commit(command.id));
        break;
      case 'discard':
        this.#loading = this.#loading.then(() => this.#discard(command.id));
        break;
    }
  }

  /** An order that cannot start fails alone and does not affect other orders. */
  #write(id: number, order: Order): void {
    try {
      this.#start(id, order);
    } catch (error) {
      this.#options.send({ type: 'failed', id, message: messageOf(error) });
      return;
    }
    void this.#run();
  }

  #start(id: number, order: Order): void {
    const search = this.#searchFor(order);
    const active = { id, model: this.#model, search };
    this.#orders.set(id, active);
    this.#watch(active);
  }

  #searchFor({ plan, mood, seed, line }: Order): Search {
    const { decoder } = this.#model;
    const { search: settings } = this.#options;
    if (line) {
      // Several lines to choose from cannot all be the likeliest one.
      const sampling = SAMPLING[mood === 'greedy' ? 'calm' : mood];
      return new LineSearch(decoder, { plan, sampling, seed, ...line }, settings);
    }
    // The likeliest poem is always the same one.
    const one = { candidates: 1, kept: 1 };
    const request = { plan, sampling: SAMPLING[mood], seed };
    return new PoemSearch(decoder, request, mood === 'greedy' ? one : settings);
  }

  /** Notes that an order's rows, those of its search's current stage, are in the batch. */
  #watch(active: ActiveOrder): void {
    for (const row of active.search.rows) this.#byRow.set(row, active);
  }

  #cancel(id: number): void {
    const active = this.#orders.get(id);
    if (active) {
      this.#remove(active);
      active.search.cancel();
    }
    this.#options.send({ type: 'cancelled', id });
  }

  #remove(active: ActiveOrder): void {
    this.#orders.delete(active.id);
    for (const row of active.search.rows) this.#byRow.delete(row);
  }

  async #load(id: number, checkpoint: string): Promise<void> {
    const { send, load } = this.#options;
    try {
      const model = await load(checkpoint);
      this.#serve(model);
      send({ type: 'loaded', id, checkpoint: model.summary });
    } catch (error) {
      send({ type: 'not-loaded', id, message: messageOf(error) });
    }
  }

  #serve(model: LoadedModel): void {
    this.#retired.push(this.#model);
    this.#model = model;
    // While ticks run, only `#run` knows when the last tick of the old model is over.
    if (!this.#running) this.#freeRetired();
  }

  async #prepare(id: number, checkpoint: string): Promise<void> {
    const { send, load } = this.#options;
    this.#dropPrepared();
    try {
      this.#prepared = await load(checkpoint);
      send({ type: 'prepared', id, checkpoint: this.#prepared.summary });
    } catch (error) {
      send({ type: 'not-loaded', id, message: messageOf(error) });
    }
  }

  #commit(id: number): void {
    const { send } = this.#options;
    const model = this.#prepared;
    if (!model) {
      send({ type: 'not-loaded', id, message: 'no checkpoint was prepared' });
      return;
    }
    this.#prepared = null;
    this.#serve(model);
    send({ type: 'loaded', id, checkpoint: model.summary });
  }

  #discard(id: number): void {
    this.#dropPrepared();
    this.#options.send({ type: 'cancelled', id });
  }

  /** A prepared model has no rows. */
  #dropPrepared(): void {
    this.#prepared?.decoder.dispose();
    this.#prepared = null;
  }

  /** Ticks while there are orders. Commands are handled between ticks. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#orders.size > 0) {
        for (const model of [...this.#retired, this.#model]) await this.#tick(model);
        this.#freeRetired();
        await nextTurn();
      }
      this.#freeRetired();
    } catch (error) {
      this.#options.onFault(error);
    } finally {
      this.#running = false;
    }
  }

  async #tick({ decoder }: LoadedModel): Promise<void> {
    const { stats } = this.#options;
    const active = decoder.active;
    if (active === 0) return;
    const before = decoder.multiplyAdds;
    const ended = await decoder.tick();
    stats.add('beats', 1);
    stats.add('ticks', 1);
    stats.add('rows', active);
    stats.add('multiplyAdds', decoder.multiplyAdds - before);
    for (const active of new Set(ended.map((row) => this.#byRow.get(row)))) {
      if (active) this.#advance(active);
    }
  }

  /** Lets an order go on to its next stage, or sends its poem. */
  #advance(active: ActiveOrder): void {
    const { id, model, search } = active;
    const { rows } = search;
    if (search.advance()) {
      for (const row of rows) this.#byRow.delete(row);
      this.#watch(active);
      return;
    }
    if (!search.hasEnded) return;
    this.#remove(active);
    const { send, stats, search: settings } = this.#options;
    stats.add('tokens', search.drawn);
    if (!search.result) {
      send({ type: 'failed', id, message: search.error?.message ?? 'nothing was written' });
      return;
    }
    const { characters, nll, hanzi, title } = search.result;
    const scored = settings.candidates > 1 && rows.length > 1 && hanzi > 0;
    const nllHanzi = scored ? nll / hanzi : null;
    const unknownCharacters = model.decoder.unknownCharacters(search.plan);
    const checkpoint = model.summary.name;
    const others = search.others.map(({ characters }) => characters);
    send({
      type: 'written',
      id,
      poem: { characters, others, title, nllHanzi, unknownCharacters, checkpoint },
    });
  }

  /** Frees retired models that have no rows left. */
  #freeRetired(): void {
    this.#retired = this.#retired.filter(({ decoder }) => {
      if (decoder.active > 0) return true;
      decoder.dispose();
      return false;
    });
  }
}
