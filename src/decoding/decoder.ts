/**
 * The running batch: rows of different plans, moods and seeds that share each step of one network.
 *
 * A row walks its plan. What is given is fed to the network as it stands and costs neither projection nor draw;
 * where the model is to write, the row's logits are projected and its own generator draws among the characters
 * that the plan allows there. Rows join and leave between ticks; a row's poem does not depend on its neighbours.
 * The decoder does not know who asked, how long anyone waits, or where the weights come from.
 *
 * Where several threads compute, many rows are two batches: what this thread alone can do, the plans of one, it does
 * while the others compute for the other.
 */

import { BOS } from '../model/vocabulary.ts';
import type { FormTag } from '../poetry/form.ts';
import { FORM_TAGS } from '../poetry/form.ts';
import { Batch, type DecoderModel } from './batch.ts';
import { Row, type RowSpec } from './row.ts';
import type { RowState } from './stepper.ts';

/** So many rows are worth two batches: with fewer, reading the weights twice costs more than waiting. */
const MANY = 16;

/** The states in which poems without a title begin. */
interface Opening {
  readonly afterTag: RowState;
  readonly afterBos: RowState;
}

export class Decoder {
  readonly #model: DecoderModel;
  readonly #openings: ReadonlyMap<FormTag, Opening>;
  readonly #first: Batch;
  readonly #second: Batch;

  /** Runs the forms' tags through the network once, which also warms the engine up. */
  static async create(model: DecoderModel): Promise<Decoder> {
    const { stepper, vocabulary } = model;
    stepper.reserve(FORM_TAGS.length);
    for (let n = 0; n < FORM_TAGS.length; n++) stepper.restore(n, null);
    const tags = Int32Array.from(FORM_TAGS, (form) => vocabulary.tag(form));
    await stepper.step(tags, FORM_TAGS.length);
    const afterTag = FORM_TAGS.map((_, n) => stepper.save(n));
    await stepper.step(tags.fill(BOS), FORM_TAGS.length);
    const openings = new Map<FormTag, Opening>();
    for (const [n, form] of FORM_TAGS.entries()) {
      openings.set(form, { afterTag: afterTag[n] as RowState, afterBos: stepper.save(n) });
    }
    return new Decoder(model, openings);
  }

  private constructor(model: DecoderModel, openings: ReadonlyMap<FormTag, Opening>) {
    this.#model = model;
    this.#openings = openings;
    this.#first = new Batch(model, model.stepper);
    this.#second = new Batch(model, model.stepper.beside());
  }

  /** Rows that have joined and neither finished nor left. */
  get active(): number {
    return this.#first.active + this.#second.active;
  }

  /** The row takes part from the next tick on. */
  join(spec: RowSpec): Row {
    const { vocabulary, candidates } = this.#model;
    const { form, title, slots } = spec.plan;
    const opening = this.#openings.get(form) as Opening;
    // The prefix begins with the tag, whose state is at hand; one token at least must be fed to draw from.
    const prefix = vocabulary.prefix(form, { title }).slice(1);
    const bare = prefix.length === 1 && slots[0]?.kind === 'given';
    const row = bare
      ? new Row(spec, vocabulary, candidates, opening.afterBos, [])
      : new Row(spec, vocabulary, candidates, opening.afterTag, prefix);
    this.#batchFor().join(row);
    return row;
  }

  #batchFor(): Batch {
    const { kernels, kernelRows } = this.#model.stepper;
    const [first, second] = [this.#first.active, this.#second.active];
    const rows = first + second + 1;
    const split = kernels.threads > 1 && rows >= MANY && rows <= 2 * kernelRows;
    return split && second < first ? this.#second : this.#first;
  }

  /** The row is gone from the next tick on. */
  leave(row: Row): void {
    row.gone = true;
  }

  /** Advances every row by one token; returns the rows that are finished, which thereby have left. */
  async tick(): Promise<Row[]> {
    const { kernels } = this.#model.stepper;
    const [first, second] = [this.#first, this.#second];
    if (!first.isCarriedOut) {
      await first.record();
      kernels.run();
      first.carriedOut();
    }
    if (second.isEmpty) return first.write();

    if (!second.isRecorded) await second.record();
    kernels.start();
    const finished = first.write();
    await first.record();
    kernels.finish();
    second.carriedOut();
    kernels.start();
    finished.push(...second.write());
    await second.record();
    kernels.finish();
    first.carriedOut();
    return finished;
  }

  dispose(): void {
    this.#model.stepper.dispose();
  }
}
