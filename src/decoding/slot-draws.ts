/**
 * The draws of one tick: for each row of a batch whose next character the model writes, which tokens its slot allows, and
 * which token came out. First {@link SlotDraws.record} records projection and draws for the kernels. After the kernels
 * have run, {@link SlotDraws.take} writes the drawn characters into the rows.
 */

import type { Pointer } from '../kernels/memory.ts';
import { BOS, UNK } from '../model/vocabulary.ts';
import type { SlotConstraint } from '../poetry/slot-constraint.ts';
import type { DecoderModel } from './decoder-model.ts';
import { ParallelBias } from './parallel-bias.ts';
import { DecodingError, type Row } from './row.ts';
import { type DrawRequest, notNumbers, Sampler } from './sampler.ts';
import type { Stepper } from './stepper.ts';

/** If a slot allows at most this many tokens, their logits alone cost less than the whole projection. */
const MAX_NARROW = 256;

/** A slot that gets a token in this tick. */
interface SlotDraw {
  readonly row: Row;
  /** The row's number in the batch. */
  readonly rowNumber: number;
  /** The ids that may be drawn. */
  readonly ids: Int32Array;
  /** What the token is for: a free slot, the written form of a given character, or the title. */
  readonly purpose: 'free' | 'form' | 'title';
  /** What a free slot asks for; null for other purposes. */
  readonly constraint: SlotConstraint | null;
  /** Whether only the logits of `ids` are computed. */
  readonly narrow: boolean;
}

export class SlotDraws {
  readonly #model: DecoderModel;
  readonly #stepper: Stepper;
  readonly #sampler: Sampler;
  readonly #parallelBias: ParallelBias | null;
  /** The n-th of them is the n-th projected row and the sampler's n-th draw. */
  #draws: readonly SlotDraw[] = [];
  /** [draws, V]. */
  #logits: Pointer = 0;

  constructor(model: DecoderModel, stepper: Stepper) {
    const { vocabulary, parallels } = model;
    const { kernels, outputWeights } = stepper;
    this.#model = model;
    this.#stepper = stepper;
    this.#sampler = new Sampler(vocabulary.size, vocabulary.logFrequencies(), kernels, outputWeights);
    this.#parallelBias = parallels && new ParallelBias(kernels.memory, vocabulary, parallels);
  }

  /**
   * Records the draws for all generating rows, by their places in the stepper. A row with an unconditional place as well is
   * guided away from it. A choice slot that leaves no choice is written at once.
   */
  async record(
    places: ReadonlyMap<Row, number>,
    unconditionalPlaces: ReadonlyMap<Row, number>,
  ): Promise<void> {
    const whole: SlotDraw[] = [];
    const narrow: SlotDraw[] = [];
    for (const [row, rowNumber] of places) {
      if (row.status !== 'generating') continue;
      const draw = this.#drawFor(row, rowNumber);
      if (draw) (draw.narrow ? narrow : whole).push(draw);
    }
    this.#draws = [...whole, ...narrow];
    if (this.#draws.length === 0) return;
    this.#sampler.begin(this.#draws.length);
    this.#parallelBias?.trim();
    const projected = this.#draws.map((draw) => draw.rowNumber);
    const guides = this.#draws.map(({ row, rowNumber }) => {
      const unconditional = unconditionalPlaces.get(row);
      return unconditional === undefined
        ? { unconditional: rowNumber, weight: 0 }
        : { unconditional, weight: row.guidance };
    });
    this.#logits = await this.#stepper.recordProjection(projected, whole.length, guides);
    for (const [n, draw] of this.#draws.entries()) this.#sampler.set(n, this.#request(n, draw));
    this.#sampler.recordDraws(this.#draws.length);
  }

  /** Writes what was drawn into the rows that are still active. */
  take(): void {
    for (const [n, draw] of this.#draws.entries()) {
      if (!draw.row.isActive) continue;
      try {
        this.#take(n, draw);
      } catch (error) {
        if (!(error instanceof DecodingError)) throw error;
        draw.row.fail(error);
      }
    }
    this.#draws = [];
  }

  /** Throws a {@link DecodingError} if nothing can be drawn. */
  #take(n: number, draw: SlotDraw): void {
    if (draw.purpose === 'form') this.#takeForm(n, draw);
    else if (draw.purpose === 'title') this.#takeTitle(n, draw);
    else this.#takeToken(n, draw);
  }

  /** What is to be drawn for a row's slot; null if there was no choice, in which case the slot is written. */
  #drawFor(row: Row, rowNumber: number): SlotDraw | null {
    const { vocabulary, allowedTokens } = this.#model;
    if (row.isWritingTitle) {
      // A title has one character at least.
      const ids = allowedTokens.ofTitle(row.title.length > 0);
      return { row, rowNumber, ids, purpose: 'title', constraint: null, narrow: false };
    }
    const isChoice = row.cursor.slot?.kind === 'choice';
    const { forced } = row;
    if (forced !== null && isChoice) {
      row.take(forced);
      return null;
    }
    if (forced !== null) {
      const ids = Int32Array.of(vocabulary.id(forced));
      return { row, rowNumber, ids, purpose: 'free', constraint: null, narrow: false };
    }
    const constraint = isChoice ? null : row.cursor.constraint();
    if (constraint) {
      const ids = allowedTokens.of(constraint);
      return {
        row,
        rowNumber,
        ids,
        purpose: 'free',
        constraint,
        narrow: !row.scored && ids.length <= MAX_NARROW,
      };
    }
    const forms = row.cursor.choices();
    const known = forms.filter((char) => vocabulary.has(char));
    if (known.length >= 2) {
      const ids = Int32Array.from(known, (char) => vocabulary.id(char));
      return { row, rowNumber, ids, purpose: 'form', constraint: null, narrow: true };
    }
    const only = known[0] ?? forms[0];
    if (only === undefined) row.fail(nothingLeft());
    else row.take(only);
    return null;
  }

  #request(n: number, { row, ids, purpose, constraint, narrow }: SlotDraw): DrawRequest {
    return {
      logits: this.#logitsOf(n),
      ids,
      sampling: row.sampling,
      random: row.random,
      ...this.#biasOf(row, purpose),
      masked: this.#knownIds(purpose === 'title' ? row.title : (constraint?.used ?? [])),
      summed: purpose === 'title' || (purpose === 'free' && row.scored),
      hidden: narrow ? this.#stepper.hiddenFor(n, ids.length) : 0,
    };
  }

  /** Opposite a character of the line before, those that are its match come forward. */
  #biasOf({ cursor, sampling, forced }: Row, purpose: SlotDraw['purpose']): Pick<DrawRequest, 'bias'> {
    const { slot } = cursor;
    const opposite = slot?.kind === 'free' && forced === null ? slot.opposite : undefined;
    if (purpose !== 'free' || opposite === undefined || !this.#parallelBias) return {};
    return { bias: this.#parallelBias.opposite(opposite, sampling.specificity ?? 0) };
  }

  #logitsOf(n: number): Pointer {
    return this.#logits + 4 * n * this.#model.vocabulary.size;
  }

  #knownIds(characters: Iterable<string>): number[] {
    const ids: number[] = [];
    for (const char of characters) {
      const id = this.#model.vocabulary.id(char);
      if (id !== UNK) ids.push(id);
    }
    return ids;
  }

  /** Takes the written form that was drawn. The user gave the character, so its likelihood does not count. */
  #takeForm(n: number, { row, ids }: SlotDraw): void {
    const drawn = this.#sampler.drawn(n);
    const id = drawn >= 0 ? drawn : (ids[0] ?? UNK);
    row.take(this.#model.vocabulary.char(id));
  }

  /** Takes the token that was drawn for the title: a hanzi, or the title's end. */
  #takeTitle(n: number, { row }: SlotDraw): void {
    const id = this.#sampler.drawn(n);
    const total = this.#sampler.logSumExp(n);
    if (id < 0 || Number.isNaN(total)) throw id < 0 ? nothingLeft() : notNumbers();
    row.titleNll += total - this.#logit(n, id);
    row.drawn++;
    if (id === BOS) row.endTitle();
    else row.takeTitle(this.#model.vocabulary.char(id));
  }

  #logit(n: number, id: number): number {
    return this.#stepper.kernels.memory.float(this.#logitsOf(n) + 4 * id);
  }

  /** Takes the token that was drawn for a free slot, and counts its likelihood. */
  #takeToken(n: number, draw: SlotDraw): void {
    const { row } = draw;
    const total = row.scored ? this.#sampler.logSumExp(n) : 0;
    if (Number.isNaN(total)) throw notNumbers();
    const id = this.#drawnOrRelaxed(n, draw);
    if (id < 0) throw nothingLeft();
    const char = this.#model.vocabulary.char(id);
    if (row.scored) row.write(char, total - this.#logit(n, id), this.#rewardOf(draw, id));
    else row.write(char, null);
  }

  /** The reward of the token that was drawn; null without a reward model. */
  #rewardOf({ rowNumber }: SlotDraw, id: number): number | null {
    const { reward } = this.#model;
    if (!reward) return null;
    return (reward.tokens[id] ?? 0) + dot(reward.state, this.#stepper.topState(rowNumber));
  }

  /**
   * The token that was drawn. If no token is left, the constraint is relaxed step by step, in the order that the cursor
   * declares. Each relaxation may also admit tokens that were masked. −1 if nothing is left to relax.
   */
  #drawnOrRelaxed(n: number, draw: SlotDraw): number {
    const sampler = this.#sampler;
    const { cursor } = draw.row;
    for (;;) {
      const id = this.#drawn(n, draw.row);
      if (id >= 0) return id;
      sampler.unmask(n);
      const constraint = cursor.relax() ? cursor.constraint() : null;
      if (!constraint) return -1;
      const ids = this.#model.allowedTokens.of(constraint);
      sampler.set(n, { ...this.#request(n, { ...draw, ids, constraint }), summed: false });
      sampler.drawNow(n);
    }
  }

  /** Draws until the character completes no banned n-gram; −1 if none is left. */
  #drawn(n: number, row: Row): number {
    const { vocabulary, ngramBan } = this.#model;
    let id = this.#sampler.drawn(n);
    if (!ngramBan || row.forced !== null) return id;
    const before = row.lineSoFar().slice(1 - ngramBan.length);
    if (before.length < ngramBan.length - 1) return id;
    const start = before.join('');
    while (id >= 0 && ngramBan.has(start + vocabulary.char(id))) id = this.#sampler.redrawWithout(n, id);
    return id;
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function nothingLeft(): DecodingError {
  return new DecodingError('no character is left for a slot');
}
