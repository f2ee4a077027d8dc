/**
 * The running batch: rows of different plans, moods and seeds that share each step of one network.
 *
 * A row walks its plan. What is given is fed to the network as it stands and costs neither projection nor draw;
 * where the model is to write, the row's logits are projected and its own generator draws among the characters
 * that the plan allows there. Rows join and leave between ticks; a row's poem does not depend on its neighbours.
 * The decoder does not know who asked, how long anyone waits, or where the weights come from.
 */

import { type Lexicon, PlanCursor } from '../poetry/cursor.ts';
import type { FormTag } from '../poetry/form.ts';
import { FORM_TAGS } from '../poetry/form.ts';
import type { VersePlan } from '../poetry/plan.ts';
import { standardForm } from '../poetry/script.ts';
import type { Candidates } from './candidates.ts';
import { Random } from './random.ts';
import { Sampler, type Sampling } from './sampler.ts';
import type { RowState, Stepper } from './stepper.ts';
import { BOS, UNK, type Vocabulary } from './vocabulary.ts';

export interface RowSpec {
  readonly plan: VersePlan;
  readonly sampling: Sampling;
  /** Unsigned 32-bit integer. */
  readonly seed: number;
  /**
   * Whether the row's likelihood will be asked for, by default yes. Where nobody compares it with another's, a slot that
   * admits few characters costs only their columns of the projection, and no slot the sum over the vocabulary.
   */
  readonly scored?: boolean;
}

/** Says whether a run of characters that a row is about to complete may not stand in a poem. */
export interface Novelty {
  /** The length of the runs that are looked up. */
  readonly run: number;
  has(run: string): boolean;
}

/** A poem as a row has written it. */
export interface RowResult {
  /** One string a slot of the plan, in order. */
  readonly characters: readonly string[];
  /**
   * Sum of the NLL in nats of the hanzi that the model wrote in free slots, by its whole distribution; 0 for a row that
   * is not scored.
   */
  readonly nll: number;
  /** How many hanzi the model wrote in free slots. */
  readonly hanzi: number;
}

/** One poem under way. Made by {@link Decoder.join}. */
export class Row {
  readonly cursor: PlanCursor;
  readonly random: Random;
  readonly sampling: Sampling;
  readonly scored: boolean;
  readonly characters: string[] = [];
  /** Tokens still to be fed before the next character can be drawn. */
  readonly pending: number[];
  readonly start: RowState | null;
  nll = 0;
  hanzi = 0;
  /** Finished or cancelled: its place is free from the next tick on. */
  gone = false;
  /** Why nothing could be written; such a row counts as finished. */
  error: DecodingError | null = null;

  constructor(spec: RowSpec, lexicon: Lexicon, start: RowState | null, pending: number[]) {
    this.cursor = new PlanCursor(spec.plan, lexicon);
    this.random = new Random(spec.seed);
    this.sampling = spec.sampling;
    this.scored = spec.scored ?? true;
    this.start = start;
    this.pending = pending;
  }

  get finished(): boolean {
    return this.error !== null || this.cursor.slot === null;
  }

  result(): RowResult {
    return { characters: this.characters, nll: this.nll, hanzi: this.hanzi };
  }
}

/** The network gave numbers that no character can be drawn from. */
export class DecodingError extends Error {
  override readonly name = 'DecodingError';
}

export interface DecoderModel {
  readonly stepper: Stepper;
  readonly vocabulary: Vocabulary;
  readonly candidates: Candidates;
  readonly novelty: Novelty | null;
}

/** The states in which poems without a title begin. */
interface Opening {
  readonly afterTag: RowState;
  readonly afterBos: RowState;
}

/** A slot that admits no more characters than this is narrow: their columns cost less than the whole projection. */
const FEW = 256;

/** A row among those that were projected together. */
interface Projected {
  readonly i: number;
  /** Where its logits begin. */
  readonly at: number;
  readonly narrow: boolean;
}

export class Decoder {
  readonly #model: DecoderModel;
  readonly #sampler: Sampler;
  readonly #openings = new Map<FormTag, Opening>();
  #rows: Row[] = [];
  #joining: Row[] = [];
  #tokens = new Int32Array(0);
  #barred = new Int32Array(0);
  #barredLogits = new Float32Array(0);

  /** Runs the forms' tags through the network once, which also warms the engine up. */
  static async create(model: DecoderModel): Promise<Decoder> {
    const decoder = new Decoder(model);
    const { stepper, vocabulary } = model;
    stepper.reserve(FORM_TAGS.length);
    for (let n = 0; n < FORM_TAGS.length; n++) stepper.restore(n, null);
    const tags = Int32Array.from(FORM_TAGS, (form) => vocabulary.tag(form));
    await stepper.step(tags, FORM_TAGS.length);
    const afterTag = FORM_TAGS.map((_, n) => stepper.save(n));
    await stepper.step(tags.fill(BOS), FORM_TAGS.length);
    for (const [n, form] of FORM_TAGS.entries()) {
      decoder.#openings.set(form, { afterTag: afterTag[n] as RowState, afterBos: stepper.save(n) });
    }
    return decoder;
  }

  private constructor(model: DecoderModel) {
    this.#model = model;
    const { vocabulary, stepper } = model;
    this.#sampler = new Sampler(vocabulary.size, vocabulary.logFrequencies(), stepper.kernels);
  }

  /** Rows that have joined and neither finished nor left. */
  get active(): number {
    return this.#rows.filter((row) => !row.gone).length + this.#joining.filter((row) => !row.gone).length;
  }

  /** The row takes part from the next tick on. */
  join(spec: RowSpec): Row {
    const { vocabulary, candidates } = this.#model;
    const { form, title, slots } = spec.plan;
    const opening = this.#openings.get(form) as Opening;
    // The prefix begins with the tag, whose state is at hand; one token at least must be fed to draw from.
    const prefix = vocabulary.prefix(form, title).slice(1);
    const bare = prefix.length === 1 && slots[0]?.kind === 'given';
    const row = bare
      ? new Row(spec, candidates, opening.afterBos, [])
      : new Row(spec, candidates, opening.afterTag, prefix);
    this.#passGiven(row);
    this.#joining.push(row);
    return row;
  }

  /** The row is gone from the next tick on. */
  leave(row: Row): void {
    row.gone = true;
  }

  /** Advances every row by one token; returns the rows that are finished, which thereby have left. */
  async tick(): Promise<Row[]> {
    this.#seat();
    const { stepper } = this.#model;
    const rows = this.#rows;
    if (this.#tokens.length < rows.length) this.#tokens = new Int32Array(2 * rows.length);
    for (const [n, row] of rows.entries()) this.#tokens[n] = row.pending.shift() ?? UNK;
    await stepper.step(this.#tokens, rows.length);

    await this.#writeAll();
    const finished = rows.filter((row) => row.finished && !row.gone);
    for (const row of finished) row.gone = true;
    return finished;
  }

  dispose(): void {
    this.#model.stepper.dispose();
  }

  /** Fills the places of rows that are gone from the end of the batch, and seats those that join. */
  #seat(): void {
    const { stepper } = this.#model;
    const rows = this.#rows;
    for (let n = rows.length - 1; n >= 0; n--) {
      if (!rows[n]?.gone) continue;
      const last = rows.pop() as Row;
      if (n === rows.length) continue;
      stepper.move(rows.length, n);
      rows[n] = last;
    }
    stepper.reserve(rows.length + this.#joining.length);
    for (const row of this.#joining) {
      if (row.gone) continue;
      stepper.restore(rows.length, row.start);
      rows.push(row);
    }
    this.#joining = [];
  }

  /** Takes over what is given from where the row stands; it is fed to the network only if more is to be written. */
  #passGiven(row: Row): void {
    for (let slot = row.cursor.slot; slot?.kind === 'given'; slot = row.cursor.slot) {
      this.#take(row, slot.text);
    }
  }

  #take(row: Row, char: string): void {
    row.characters.push(char);
    row.pending.push(this.#read(char));
    row.cursor.take(char);
  }

  /** What the network reads for a character: itself, or the spelling of it that the network has learnt. */
  #read(char: string): number {
    const { vocabulary } = this.#model;
    return vocabulary.id(vocabulary.has(char) ? char : standardForm(char));
  }

  /** Lets the model write in every row that is due. */
  async #writeAll(): Promise<void> {
    const { stepper, vocabulary } = this.#model;
    const whole: number[] = [];
    const narrow: number[] = [];
    for (let n = 0; n < this.#rows.length; n++) {
      const row = this.#rows[n] as Row;
      if (row.pending.length > 0 || row.finished) continue;
      (this.#isNarrow(row) ? narrow : whole).push(n);
    }
    const due = [...whole, ...narrow];
    if (due.length === 0) return;
    const logits = await stepper.logits(due, whole.length);
    for (let i = 0; i < due.length; i++) {
      const row = this.#rows[due[i] as number] as Row;
      const projected = { i, at: i * vocabulary.size, narrow: i >= whole.length };
      if (row.cursor.slot?.kind === 'choice') this.#choose(row, logits, projected);
      else this.#write(row, logits, projected);
    }
  }

  /** Whether the row's slot admits so few characters that only their columns are projected. */
  #isNarrow(row: Row): boolean {
    if (row.cursor.slot?.kind === 'choice') return true;
    const need = row.scored ? null : row.cursor.need();
    return need !== null && this.#model.candidates.of(need).length <= FEW;
  }

  /** Draws for a free slot from the row's logits, which are overwritten. */
  #write(row: Row, logits: Float32Array, { i, at, narrow }: Projected): void {
    const { vocabulary, candidates, stepper } = this.#model;
    const total = row.scored ? this.#sampler.logSumExp(logits, at, vocabulary.size) : 0;
    if (Number.isNaN(total)) {
      row.error = new DecodingError('the network gives logits that are not numbers');
      return;
    }
    const line = lineSoFar(row.characters);
    for (let need = row.cursor.need(); need; need = row.cursor.need()) {
      const ids = candidates.of(need);
      if (narrow) stepper.columns(i, ids);
      const barred = this.#bar(logits, at, need.used);
      const id = this.#draw(row, logits, at, ids, line);
      if (id >= 0) {
        if (row.scored) row.nll += total - (logits[at + id] as number);
        row.hanzi++;
        this.#take(row, vocabulary.char(id));
        this.#passGiven(row);
        return;
      }
      // Nothing is left: the plan's own order says what gives way; what was barred may come back with it.
      for (let b = 0; b < barred; b++)
        logits[at + (this.#barred[b] as number)] = this.#barredLogits[b] as number;
      if (!row.cursor.relax()) break;
    }
    row.error = new DecodingError('no character is left for a slot');
  }

  /** Bars characters from being drawn, and keeps their logits to undo it; returns how many. */
  #bar(logits: Float32Array, at: number, chars: ReadonlySet<string>): number {
    const { vocabulary } = this.#model;
    if (this.#barred.length < chars.size) {
      this.#barred = new Int32Array(2 * chars.size);
      this.#barredLogits = new Float32Array(2 * chars.size);
    }
    let count = 0;
    for (const char of chars) {
      const id = vocabulary.id(char);
      if (id === UNK) continue;
      this.#barred[count] = id;
      this.#barredLogits[count++] = logits[at + id] as number;
      logits[at + id] = Number.NEGATIVE_INFINITY;
    }
    return count;
  }

  /** Draws until the character completes no run that stands in the corpus; −1 where none is left. */
  #draw(row: Row, logits: Float32Array, at: number, ids: Int32Array, line: readonly string[]): number {
    const { vocabulary, novelty } = this.#model;
    for (;;) {
      const id = this.#sampler.draw(logits, at, ids, row.sampling, row.random);
      if (id < 0 || !novelty || line.length < novelty.run - 1) return id;
      const before = line.slice(1 - novelty.run).join('');
      if (!novelty.has(before + vocabulary.char(id))) return id;
      logits[at + id] = Number.NEGATIVE_INFINITY;
    }
  }

  /**
   * Lets the model choose among a few written forms of one character; the asker gave it, so its likelihood does not
   * count.
   */
  #choose(row: Row, logits: Float32Array, { i, at }: Projected): void {
    const { stepper, vocabulary } = this.#model;
    const among = row.cursor.choices();
    const known = among.filter((char) => vocabulary.has(char));
    let char = known[0] ?? (among[0] as string);
    if (known.length > 1) {
      const ids = Int32Array.from(known, (each) => vocabulary.id(each));
      stepper.columns(i, ids);
      const id = this.#sampler.draw(logits, at, ids, row.sampling, row.random);
      if (id >= 0) char = vocabulary.char(id);
    }
    this.#take(row, char);
    this.#passGiven(row);
  }
}

/** The hanzi since the last mark. */
function lineSoFar(characters: readonly string[]): readonly string[] {
  let from = characters.length;
  while (from > 0 && characters[from - 1] !== '，' && characters[from - 1] !== '。') from--;
  return characters.slice(from);
}
