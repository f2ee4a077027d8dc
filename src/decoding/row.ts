/** One poem under way: how far it has come in its plan, and what the network is still to be fed. */

import { Random } from '../model/random.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { PlanCursor } from '../poetry/cursor.ts';
import type { RhymeSizes } from '../poetry/open-patterns.ts';
import type { VersePlan } from '../poetry/plan.ts';
import { standardForm } from '../poetry/script.ts';
import type { Sampling } from './sampler.ts';
import type { RowState } from './stepper.ts';

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

/** The network gave numbers that no character can be drawn from. */
export class DecodingError extends Error {
  override readonly name = 'DecodingError';
}

/** Made by `Decoder.join`. */
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
  readonly #vocabulary: Vocabulary;

  constructor(
    spec: RowSpec,
    vocabulary: Vocabulary,
    lexicon: RhymeSizes,
    start: RowState | null,
    pending: number[],
  ) {
    this.cursor = new PlanCursor(spec.plan, lexicon);
    this.random = new Random(spec.seed);
    this.sampling = spec.sampling;
    this.scored = spec.scored ?? true;
    this.start = start;
    this.pending = pending;
    this.#vocabulary = vocabulary;
    this.#passGiven();
  }

  get finished(): boolean {
    return this.error !== null || this.cursor.slot === null;
  }

  /** Whether the next character is the model's to write, once the last token has been fed. */
  get isDue(): boolean {
    return this.pending.length === 0 && !this.finished;
  }

  /** Goes on with a character, and past all that is given behind it; fed to the network only if more is to be written. */
  take(char: string): void {
    this.#put(char);
    this.#passGiven();
  }

  #passGiven(): void {
    for (let slot = this.cursor.slot; slot?.kind === 'given'; slot = this.cursor.slot) this.#put(slot.text);
  }

  #put(char: string): void {
    this.characters.push(char);
    this.pending.push(this.#read(char));
    this.cursor.take(char);
  }

  /** What the network reads for a character: itself, or the spelling of it that the network has learnt. */
  #read(char: string): number {
    const vocabulary = this.#vocabulary;
    return vocabulary.id(vocabulary.has(char) ? char : standardForm(char));
  }

  /** The hanzi since the last mark. */
  lineSoFar(): readonly string[] {
    const { characters } = this;
    let from = characters.length;
    while (from > 0 && characters[from - 1] !== '，' && characters[from - 1] !== '。') from--;
    return characters.slice(from);
  }

  result(): RowResult {
    return { characters: this.characters, nll: this.nll, hanzi: this.hanzi };
  }
}
