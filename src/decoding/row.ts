/** A poem in progress: its place in its plan, and what the network is still to be fed. */

import { Random } from '../model/random.ts';
import type { Vocabulary } from '../model/vocabulary.ts';
import { PlanCursor } from '../poetry/cursor.ts';
import type { RhymeSizes } from '../poetry/open-patterns.ts';
import type { VersePlan } from '../poetry/plan.ts';
import { standardForm } from '../poetry/script.ts';
import type { Sampling } from './sampling.ts';
import type { RecurrentState } from './stepper.ts';

export interface RowSpec {
  readonly plan: VersePlan;
  readonly sampling: Sampling;
  /** Unsigned 32-bit integer. */
  readonly seed: number;
  /**
   * Whether the row's likelihood is wanted; default: true. Without it, a slot that allows few tokens costs only their
   * logits, and no slot costs the sum over the vocabulary.
   */
  readonly scored?: boolean;
}

/** A poem as a row has written it. */
export interface RowResult {
  /** One string for each slot of the plan, in order. */
  readonly characters: readonly string[];
  /**
   * Sum of the NLL in nats of the hanzi that the model wrote in free slots, by its whole distribution; 0 if the row is not
   * scored.
   */
  readonly nll: number;
  /** How many hanzi the model wrote in free slots. */
  readonly hanzi: number;
}

/** No token can be drawn: from the network's numbers, or because a slot allows none. */
export class DecodingError extends Error {
  override readonly name = 'DecodingError';
}

/**
 * - `prefill`: given tokens are still to be fed before the model writes again.
 * - `generating`: all is fed; the model writes the next character.
 * - `finished`: the plan is complete.
 * - `failed`: nothing could be written; `error` says why.
 * - `cancelled`: the row has left the decoder before its end.
 */
export type RowStatus = 'prefill' | 'generating' | 'finished' | 'failed' | 'cancelled';

/** Made by `Decoder.join`, which also says what each row starts with. */
export class Row {
  readonly cursor: PlanCursor;
  readonly random: Random;
  readonly sampling: Sampling;
  readonly scored: boolean;
  readonly characters: string[] = [];
  /** The network's state before the first pending token; null for the state before any token. */
  readonly start: RecurrentState | null;
  nll = 0;
  hanzi = 0;
  #status: RowStatus = 'prefill';
  #error: DecodingError | null = null;
  /** Tokens to be fed, one a tick. */
  readonly #pending: number[];
  readonly #vocabulary: Vocabulary;

  constructor(
    spec: RowSpec,
    vocabulary: Vocabulary,
    rhymeSizes: RhymeSizes,
    start: RecurrentState | null,
    prefix: readonly number[],
  ) {
    this.cursor = new PlanCursor(spec.plan, rhymeSizes);
    this.random = new Random(spec.seed);
    this.sampling = spec.sampling;
    this.scored = spec.scored ?? true;
    this.start = start;
    this.#pending = [...prefix];
    this.#vocabulary = vocabulary;
    this.#passGiven();
  }

  get status(): RowStatus {
    return this.#status;
  }

  /** Why the row has failed; null for every other status. */
  get error(): DecodingError | null {
    return this.#error;
  }

  /** Whether the row is neither finished nor failed nor cancelled. */
  get isActive(): boolean {
    return this.#status === 'prefill' || this.#status === 'generating';
  }

  /** The next token to be fed; null if there is none. The status says what comes after it. */
  nextToken(): number | null {
    const token = this.#pending.shift();
    if (this.isActive) {
      this.#status = this.#pending.length === 0 && this.cursor.slot !== null ? 'generating' : 'prefill';
    }
    return token ?? null;
  }

  /** Writes a character into the current slot, and all given characters that follow it. */
  take(char: string): void {
    this.#put(char);
    this.#passGiven();
  }

  #passGiven(): void {
    for (let slot = this.cursor.slot; slot?.kind === 'given'; slot = this.cursor.slot) this.#put(slot.text);
  }

  #put(char: string): void {
    this.characters.push(char);
    this.#pending.push(this.#tokenOf(char));
    this.cursor.take(char);
  }

  /** The token of a character: its own, or that of the spelling that the network has learnt. */
  #tokenOf(char: string): number {
    const vocabulary = this.#vocabulary;
    return vocabulary.id(vocabulary.has(char) ? char : standardForm(char));
  }

  /** The hanzi since the last mark. */
  lineSoFar(): readonly string[] {
    const start = this.characters.findLastIndex((char) => char === '，' || char === '。') + 1;
    return this.characters.slice(start);
  }

  /** Ends an active row whose plan is complete. */
  finishIfComplete(): void {
    if (this.isActive && this.cursor.slot === null) this.#status = 'finished';
  }

  fail(error: DecodingError): void {
    this.#error = error;
    this.#status = 'failed';
  }

  /** Ends the row if it is active. Its place is free from the next tick on. */
  cancel(): void {
    if (this.isActive) this.#status = 'cancelled';
  }

  result(): RowResult {
    return { characters: this.characters, nll: this.nll, hanzi: this.hanzi };
  }
}
