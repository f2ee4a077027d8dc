/**
 * The engine thread's own work: orders become rows, rows are advanced tick by tick, finished rows become poems;
 * a new checkpoint is made ready beside the serving one, and the old one freed after its last row.
 *
 * Knows neither threads nor limits: commands come in as calls, replies go out through one function.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { best, seedOf } from '../decoding/ranking.ts';
import type { Row } from '../decoding/row.ts';
import { SAMPLING } from '../decoding/sampler.ts';
import type { Order } from './inference.ts';
import type { LoadedModel } from './loaded-model.ts';
import type { Command, Reply, SharedStats } from './protocol.ts';

interface Writing {
  readonly id: number;
  readonly serving: LoadedModel;
  readonly rows: readonly Row[];
}

export interface WritingOptions {
  readonly candidates: number;
  readonly pulse: SharedStats;
  readonly prepare: (checkpoint: string) => Promise<LoadedModel>;
  readonly reply: (reply: Reply) => void;
  /** Called when ticking threw: nothing that this thread holds can be trusted any more. */
  readonly onFault: (error: unknown) => void;
}

export class Scheduler {
  readonly #options: WritingOptions;
  readonly #orders = new Map<number, Writing>();
  readonly #byRow = new Map<Row, Writing>();
  #serving: LoadedModel;
  /** Checkpoints that no longer take orders but still have rows. */
  #retired: LoadedModel[] = [];
  #running = false;
  #loading: Promise<void> = Promise.resolve();

  constructor(serving: LoadedModel, options: WritingOptions) {
    this.#serving = serving;
    this.#options = options;
  }

  handle(command: Command): void {
    switch (command.type) {
      case 'write':
        this.#write(command.id, command.order);
        break;
      case 'cancel':
        this.#cancel(command.id);
        break;
      case 'load':
        // One after the other: what was asked for last is what serves.
        this.#loading = this.#loading.then(() => this.#load(command.id, command.checkpoint));
        break;
    }
  }

  /** An order that cannot even begin is no fault of the others. */
  #write(id: number, order: Order): void {
    try {
      this.#join(id, order);
    } catch (error) {
      this.#options.reply({ type: 'failed', id, message: (error as Error).message });
      return;
    }
    void this.#run();
  }

  #join(id: number, order: Order): void {
    const count = order.mood === 'greedy' ? 1 : this.#options.candidates;
    const { decoder } = this.#serving;
    const sampling = SAMPLING[order.mood];
    const rows = Array.from({ length: count }, (_, n) =>
      decoder.join({ plan: order.plan, sampling, seed: seedOf(order.seed, n), scored: count > 1 }),
    );
    const writing = { id, serving: this.#serving, rows };
    this.#orders.set(id, writing);
    for (const row of rows) this.#byRow.set(row, writing);
  }

  #cancel(id: number): void {
    const writing = this.#orders.get(id);
    if (writing) {
      for (const row of writing.rows) writing.serving.decoder.leave(row);
      this.#forget(writing);
    }
    this.#options.reply({ type: 'cancelled', id });
  }

  #forget(writing: Writing): void {
    this.#orders.delete(writing.id);
    for (const row of writing.rows) this.#byRow.delete(row);
  }

  async #load(id: number, checkpoint: string): Promise<void> {
    const { reply, prepare } = this.#options;
    try {
      const serving = await prepare(checkpoint);
      this.#retired.push(this.#serving);
      this.#serving = serving;
      // While ticks are being made, the loop alone knows when the old one's last is over.
      if (!this.#running) this.#release();
      reply({ type: 'loaded', id, checkpoint: serving.summary });
    } catch (error) {
      reply({ type: 'not-loaded', id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Ticks for as long as there are rows, and lets commands in between ticks. */
  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#orders.size > 0) {
        for (const serving of [...this.#retired, this.#serving]) await this.#tick(serving);
        this.#release();
        await nextTurn();
      }
      this.#release();
    } catch (error) {
      this.#options.onFault(error);
    } finally {
      this.#running = false;
    }
  }

  async #tick(serving: LoadedModel): Promise<void> {
    const { decoder, stepper } = serving;
    const { pulse } = this.#options;
    const active = decoder.active;
    if (active === 0) return;
    const before = stepper.multiplyAdds;
    const finished = await decoder.tick();
    pulse.add('beats', 1);
    pulse.add('ticks', 1);
    pulse.add('rows', active);
    pulse.add('multiplyAdds', stepper.multiplyAdds - before);
    for (const row of finished) this.#finish(row);
  }

  #finish(row: Row): void {
    const writing = this.#byRow.get(row);
    if (!writing || writing.rows.some((each) => !each.finished)) return;
    this.#forget(writing);
    const { reply, pulse } = this.#options;
    for (const each of writing.rows) pulse.add('tokens', each.hanzi);
    const written = writing.rows.filter((each) => each.error === null);
    if (written.length === 0) {
      reply({ type: 'failed', id: writing.id, message: row.error?.message ?? 'nothing was written' });
      return;
    }
    const { characters, nll, hanzi } = best(written.map((each) => each.result()));
    const scored = writing.rows.length > 1 && hanzi > 0;
    reply({
      type: 'written',
      id: writing.id,
      characters,
      nllHanzi: scored ? nll / hanzi : null,
      checkpoint: writing.serving.summary.name,
    });
  }

  /** Frees retired checkpoints that have no rows left. */
  #release(): void {
    this.#retired = this.#retired.filter(({ decoder }) => {
      if (decoder.active > 0) return true;
      decoder.dispose();
      return false;
    });
  }
}
