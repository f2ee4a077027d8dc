/**
 * Writes many poems at once: rows with different plans, sampling and seeds share each step of one network.
 *
 * A row follows its plan. Given characters are fed to the network as they are. For the other slots the row's logits are
 * computed, and the row's own random generator draws among the tokens that the plan allows there. Rows join and leave
 * between ticks (continuous batching, Yu et al. 2022). A row's poem does not depend on its neighbours. The decoder knows
 * nothing of users, waiting times or where the weights come from.
 *
 * If the kernels have several threads, many rows are divided into two batches. While the worker threads compute one batch,
 * the main thread walks the plans of the other.
 */

import { BOS } from '../model/vocabulary.ts';
import { FORM_TAGS, type FormTag, isLineLength, tagOf } from '../poetry/form.ts';
import type { VersePlan } from '../poetry/plan.ts';
import { standardForm } from '../poetry/script.ts';
import type { ParallelPairs } from '../text-index/parallel-pairs.ts';
import { announcedOf } from './announced.ts';
import { Batch } from './batch.ts';
import type { DecoderModel, PoemCritic, PromptSkills } from './decoder-model.ts';
import { Row, type RowResult, type RowSpec, type RowStart } from './row.ts';
import type { RecurrentState } from './stepper.ts';

/**
 * From this many rows on two batches are faster. With fewer, as in a search of 16 rows alone, reading the weights twice
 * costs more than it saves.
 */
const MIN_ROWS_FOR_TWO = 24;

/**
 * So many rows that start alike join the same batch, where they share a place. More are divided: one place more costs less
 * than batches of unequal size.
 */
const MOST_TOGETHER = 8;

/** The states in which poems without a title begin. */
interface Opening {
  readonly afterTag: RecurrentState;
  readonly afterBos: RecurrentState;
}

export class Decoder {
  readonly #model: DecoderModel;
  readonly #openings: ReadonlyMap<FormTag, Opening>;
  readonly #first: Batch;
  readonly #second: Batch;
  /** Rows that are not in a batch yet. */
  #joining: Row[] = [];

  /** Computes the opening states of all forms, which also warms the engine up. The decoder owns the model's stepper. */
  static async create(model: DecoderModel): Promise<Decoder> {
    return new Decoder(model, await openingStates(model));
  }

  private constructor(model: DecoderModel, openings: ReadonlyMap<FormTag, Opening>) {
    this.#model = model;
    this.#openings = openings;
    this.#first = new Batch(model, model.stepper);
    this.#second = new Batch(model, model.stepper.sibling());
  }

  /** How many rows have joined and are still active. */
  get active(): number {
    const joining = this.#joining.filter((row) => row.isActive).length;
    return this.#first.active + this.#second.active + joining;
  }

  /** Multiply-adds by the network's weights so far, padding not counted. */
  get multiplyAdds(): number {
    return this.#model.stepper.multiplyAdds;
  }

  /** Adds a row, which takes part from the next tick on. Throws a RangeError if the plan's form is unknown. */
  join(spec: RowSpec): Row {
    const { vocabulary, allowedTokens } = this.#model;
    const row = new Row(spec, vocabulary, allowedTokens, this.#startOf(spec));
    this.#joining.push(row);
    return row;
  }

  /** What a row is fed before it writes: its form's tag, what is announced, the title if it is given, and BOS. */
  #startOf({ plan, writesTitle }: RowSpec): RowStart {
    const { vocabulary, prompts } = this.#model;
    const { form, title, slots } = plan;
    const opening = this.#openings.get(form);
    if (!opening) throw new RangeError(`there is no form ${form}`);
    const announced = prompts.announced ? announcedOf(plan, vocabulary) : {};
    if (writesTitle) {
      // At least one token must be fed before a draw.
      const prefix = vocabulary.announce(form, announced);
      return prefix.length > 1
        ? { state: opening.afterTag, prefix: prefix.slice(1), loneTag: vocabulary.tag(form) }
        : { state: null, prefix };
    }
    const prefix = vocabulary.prefix(form, { ...announced, title }).slice(1);
    const bare = prefix.length === 1 && slots[0]?.kind === 'given';
    const beforeTitle = vocabulary.announce(form, announced).length - 1;
    return bare ? { state: opening.afterBos, prefix: [] } : { state: opening.afterTag, prefix, beforeTitle };
  }

  /** Takes a paused row, or a fork of one, back. It takes part from the next tick on. */
  resume(row: Row): void {
    row.resume();
    this.#joining.push(row);
  }

  /** What the model was trained to read before a poem. */
  get prompts(): PromptSkills {
    return this.#model.prompts;
  }

  /** What stands opposite what in couplets; null if that is not known. */
  get parallels(): ParallelPairs | null {
    return this.#model.parallels;
  }

  /** How strongly two neighbours belong together in the corpus; null if nobody knows. */
  get association(): DecoderModel['association'] {
    return this.#model.association;
  }

  /** Who judges what is written; null if there is no critic. */
  get critic(): PoemCritic | null {
    return this.#model.critic;
  }

  /** The given characters of a plan that the network has no token for, each once, in their order. */
  unknownCharacters({ slots }: VersePlan): string[] {
    const given = slots.flatMap((slot) =>
      slot.kind === 'given' ? [slot.text] : slot.kind === 'choice' ? [...slot.among] : [],
    );
    return [...new Set(given)].filter((char) => !this.knows(char));
  }

  /** Whether the network has a token for a character or for its usual spelling. */
  knows(char: string): boolean {
    const { vocabulary } = this.#model;
    return vocabulary.has(char) || vocabulary.has(standardForm(char));
  }

  /** A poem as a critic reads it: form, title, BOS, characters and marks. */
  criticTokens({ title, characters }: RowResult, plan: VersePlan): number[] {
    const { vocabulary } = this.#model;
    const prefix = vocabulary.prefix(criticForm(plan), { title: title || plan.title });
    return [...prefix, ...characters.map((char) => vocabulary.id(char))];
  }

  /** Divides the rows that have joined since the last tick between the batches. */
  #assignToBatches(): void {
    if (this.#joining.length === 0) return;
    const joining = this.#joining.filter((row) => row.isActive);
    this.#joining = [];
    const { kernels, byKernels } = this.#model.stepper;
    let [first, second] = [this.#first.active, this.#second.active];
    const rows = first + second + joining.length;
    const two = kernels.threads > 1 && byKernels && rows >= MIN_ROWS_FOR_TWO;
    for (const group of groupsOnOneStart(joining)) {
      const toSecond = two && second < first;
      for (const row of group) (toSecond ? this.#second : this.#first).join(row);
      if (toSecond) second += group.length;
      else first += group.length;
    }
  }

  /** Cancels a row; its place is free from the next tick on. */
  leave(row: Row): void {
    row.cancel();
  }

  /** Advances every row by one token. Returns the rows that have paused, finished or failed; they have left. */
  async tick(): Promise<Row[]> {
    this.#assignToBatches();
    const { kernels } = this.#model.stepper;
    if (this.#first.phase !== 'computed') {
      await this.#first.record();
      kernels.run();
      this.#first.markComputed();
    }
    return this.#second.isEmpty ? this.#first.finish() : this.#finishBoth();
  }

  /**
   * A tick of two batches. The first is computed already. Each batch's plans are walked while the worker threads compute
   * the other. At the end the next tick of the first batch is computed, and that of the second recorded.
   */
  async #finishBoth(): Promise<Row[]> {
    const { kernels } = this.#model.stepper;
    const [first, second] = [this.#first, this.#second];
    if (second.phase === 'idle') await second.record();
    kernels.start();
    const ended = first.finish();
    await first.record();
    kernels.finish();
    second.markComputed();
    kernels.start();
    ended.push(...second.finish());
    await second.record();
    kernels.finish();
    first.markComputed();
    return ended;
  }

  dispose(): void {
    this.#model.stepper.dispose();
  }
}

/** The rows in groups that start from one state, of {@link MOST_TOGETHER} rows at most. */
function groupsOnOneStart(rows: readonly Row[]): Row[][] {
  const groups: Row[][] = [];
  const open = new Map<RecurrentState | null, Row[]>();
  for (const row of rows) {
    const group = open.get(row.start);
    if (group && group.length < MOST_TOGETHER) {
      group.push(row);
    } else {
      const started = [row];
      groups.push(started);
      open.set(row.start, started);
    }
  }
  return groups;
}

/** A critic knows regulated forms only. It takes any other poem for one of those, by the number of its lines. */
function criticForm({ lines, length, form }: VersePlan): FormTag {
  return isLineLength(length) ? tagOf(lines <= 4 ? 4 : 8, length) : form;
}

/** Feeds each form's tag and BOS to the network, and keeps the states after each. */
async function openingStates({ stepper, vocabulary }: DecoderModel): Promise<Map<FormTag, Opening>> {
  const rows = FORM_TAGS.length;
  stepper.reserve(rows);
  for (let n = 0; n < rows; n++) stepper.restore(n, null);
  const tokens = Int32Array.from(FORM_TAGS, (form) => vocabulary.tag(form));
  await stepper.step(tokens, rows);
  const afterTags = FORM_TAGS.map((form, n) => ({ form, n, afterTag: stepper.save(n) }));
  await stepper.step(tokens.fill(BOS), rows);
  return new Map(afterTags.map(({ form, n, afterTag }) => [form, { afterTag, afterBos: stepper.save(n) }]));
}
