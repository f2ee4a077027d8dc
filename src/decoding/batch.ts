/**
 * Rows that are advanced together, by one token a turn. A turn has three parts: `record` feeds the tokens and says what
 * is to be computed, the kernels carry it out, and `write` has each row take the character that was drawn for it.
 */

import type { Place } from '../kernels/kernels.ts';
import { UNK, type Vocabulary } from '../model/vocabulary.ts';
import type { SlotConstraint } from '../poetry/slot-constraint.ts';
import type { Candidates } from './candidates.ts';
import { DecodingError, type Row } from './row.ts';
import { type Draw, Sampler } from './sampler.ts';
import type { Stepper } from './stepper.ts';

/** Says whether a run of characters that a row is about to complete may not stand in a poem. */
export interface Novelty {
  /** The length of the runs that are looked up. */
  readonly run: number;
  has(run: string): boolean;
}

export interface DecoderModel {
  readonly stepper: Stepper;
  readonly vocabulary: Vocabulary;
  readonly candidates: Candidates;
  readonly novelty: Novelty | null;
}

/** A slot that admits no more characters than this is narrow: their columns cost less than the whole projection. */
const FEW = 256;

/** The n-th row, which is due, and what its slot needs; null where the model is to choose among forms. */
interface Writing {
  readonly n: number;
  readonly row: Row;
  readonly need: SlotConstraint | null;
}

/** A row among those that were projected together. */
interface Projected {
  /** Its place among them. */
  readonly i: number;
  /** Where its logits stand. */
  readonly logits: Place;
  readonly narrow: boolean;
}

/** A row that is due, and the number of its draw. */
interface Due extends Projected {
  readonly row: Row;
  readonly draw: number;
}

export class Batch {
  readonly #model: DecoderModel;
  readonly #stepper: Stepper;
  readonly #sampler: Sampler;
  #rows: Row[] = [];
  #joining: Row[] = [];
  #tokens = new Int32Array(0);
  #due: Due[] = [];
  #isRecorded = false;
  #isCarriedOut = false;

  /** `stepper` advances the rows of this batch and no others. */
  constructor(model: DecoderModel, stepper: Stepper) {
    this.#model = model;
    this.#stepper = stepper;
    const { vocabulary } = model;
    const { kernels, columns } = stepper;
    this.#sampler = new Sampler(vocabulary.size, vocabulary.logFrequencies(), kernels, columns);
  }

  /** Rows that have joined and neither finished nor left. */
  get active(): number {
    return this.#rows.filter((row) => !row.gone).length + this.#joining.filter((row) => !row.gone).length;
  }

  get isEmpty(): boolean {
    return this.#rows.length + this.#joining.length === 0;
  }

  /** A turn has begun that is not ended. */
  get isRecorded(): boolean {
    return this.#isRecorded;
  }

  /** And it was carried out: what is left is to write. */
  get isCarriedOut(): boolean {
    return this.#isCarriedOut;
  }

  join(row: Row): void {
    this.#joining.push(row);
  }

  /** Begins a turn: at once or by jobs for the kernels. */
  async record(): Promise<void> {
    this.#seat();
    const rows = this.#rows;
    if (this.#tokens.length < rows.length) this.#tokens = new Int32Array(2 * rows.length);
    for (const [n, row] of rows.entries()) this.#tokens[n] = row.pending.shift() ?? UNK;
    await this.#stepper.advance(this.#tokens, rows.length);
    await this.#recordDraws();
    this.#isRecorded = rows.length > 0;
  }

  /** Notes that the kernels have carried out the turn that was begun. */
  carriedOut(): void {
    this.#isCarriedOut = this.#isRecorded;
  }

  /** Ends a turn that was carried out; returns the rows that are finished, which thereby have left. */
  write(): Row[] {
    for (const due of this.#due) {
      if (due.row.gone) continue;
      if (due.row.cursor.slot?.kind === 'choice') this.#choose(due);
      else this.#write(due);
    }
    this.#due = [];
    this.#isRecorded = false;
    this.#isCarriedOut = false;
    const finished = this.#rows.filter((row) => row.finished && !row.gone);
    for (const row of finished) row.gone = true;
    return finished;
  }

  /** Fills the places of rows that are gone from the end of the batch, and seats those that join. */
  #seat(): void {
    const stepper = this.#stepper;
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

  /** Projects the rows in which the model is to write, and draws for them. */
  async #recordDraws(): Promise<void> {
    const whole: Writing[] = [];
    const narrow: Writing[] = [];
    for (const [n, row] of this.#rows.entries()) {
      if (!row.isDue) continue;
      const writing = { n, row, need: row.cursor.slot?.kind === 'choice' ? null : row.cursor.constraint() };
      (this.#isNarrow(writing) ? narrow : whole).push(writing);
    }
    const writing = whole.concat(narrow);
    if (writing.length === 0) return;
    this.#sampler.begin(writing.length);
    const first = await this.#stepper.project(
      writing.map(({ n }) => n),
      whole.length,
    );
    for (const [i, { row, need }] of writing.entries()) {
      const logits = first + 4 * i * this.#model.vocabulary.size;
      this.#setDraw(row, need, { i, logits, narrow: i >= whole.length });
    }
    this.#sampler.writeAll(this.#due.length);
  }

  /** Says what the row is to draw from; a row that has no choice goes on at once. */
  #setDraw(row: Row, need: SlotConstraint | null, projected: Projected): void {
    const draw = this.#due.length;
    if (need !== null) {
      this.#sampler.set(draw, this.#drawFor(row, projected, need));
    } else {
      const known = this.#known(row);
      if (known.length < 2) {
        row.take(known[0] ?? (row.cursor.choices()[0] as string));
        return;
      }
      const ids = Int32Array.from(known, (char) => this.#model.vocabulary.id(char));
      this.#sampler.set(draw, this.#drawOf(row, projected, ids));
    }
    this.#due.push({ ...projected, row, draw });
  }

  #drawOf(row: Row, { i, logits, narrow }: Projected, ids: Int32Array): Draw {
    const lowered = narrow ? this.#stepper.lowered(i, ids.length) : 0;
    return { logits, ids, sampling: row.sampling, random: row.random, lowered };
  }

  #drawFor(row: Row, projected: Projected, need: SlotConstraint): Draw {
    const { vocabulary, candidates } = this.#model;
    const barred: number[] = [];
    for (const char of need.used) {
      const id = vocabulary.id(char);
      if (id !== UNK) barred.push(id);
    }
    return { ...this.#drawOf(row, projected, candidates.of(need)), barred, summed: row.scored };
  }

  /** Whether the row's slot admits so few characters that only their columns are projected. */
  #isNarrow({ row, need }: Writing): boolean {
    if (need === null) return true;
    return !row.scored && this.#model.candidates.of(need).length <= FEW;
  }

  /** Takes what was drawn for a free slot. */
  #write(due: Due): void {
    const { row, draw } = due;
    const sampler = this.#sampler;
    const total = row.scored ? sampler.logSumExp(draw) : 0;
    if (Number.isNaN(total)) {
      row.error = new DecodingError('the network gives logits that are not numbers');
      return;
    }
    for (;;) {
      const id = this.#drawn(due);
      if (id >= 0) {
        if (row.scored) row.nll += total - this.#logit(due, id);
        row.hanzi++;
        row.take(this.#model.vocabulary.char(id));
        return;
      }
      // Nothing is left: the plan's own order says what gives way; what was barred may come back with it.
      sampler.unbar(draw);
      const need = row.cursor.relax() ? row.cursor.constraint() : null;
      if (!need) break;
      sampler.set(draw, { ...this.#drawFor(row, due, need), summed: false });
      sampler.carryOut(draw);
    }
    row.error = nothingLeft();
  }

  #logit({ logits }: Due, id: number): number {
    return this.#stepper.kernels.floats(logits + 4 * id, 1)[0] as number;
  }

  /** Draws until the character completes no run that stands in the corpus; −1 where none is left. */
  #drawn({ row, draw }: Due): number {
    const { vocabulary, novelty } = this.#model;
    let id = this.#sampler.drawn(draw);
    if (!novelty) return id;
    const before = row.lineSoFar().slice(1 - novelty.run);
    if (before.length < novelty.run - 1) return id;
    const start = before.join('');
    while (id >= 0 && novelty.has(start + vocabulary.char(id))) id = this.#sampler.strike(draw, id);
    return id;
  }

  /** The written forms of a character that the asker gave, as far as the network knows them. */
  #known(row: Row): string[] {
    return row.cursor.choices().filter((char) => this.#model.vocabulary.has(char));
  }

  /** Takes the written form that was drawn; the asker gave the character, so its likelihood does not count. */
  #choose({ row, draw }: Due): void {
    const id = this.#sampler.drawn(draw);
    row.take(id >= 0 ? this.#model.vocabulary.char(id) : (this.#known(row)[0] as string));
  }
}

function nothingLeft(): DecodingError {
  return new DecodingError('no character is left for a slot');
}
