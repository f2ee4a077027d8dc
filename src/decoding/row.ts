/** A poem in progress: its place in its plan, and what the network is still to be fed. */

import { Random } from '../model/random.ts';
import { BOS, type Vocabulary } from '../model/vocabulary.ts';
import { PlanCursor } from '../poetry/cursor.ts';
import type { RhymeSizes } from '../poetry/open-patterns.ts';
import type { VersePlan } from '../poetry/plan.ts';
import { standardForm } from '../poetry/script.ts';
import type { Sampling } from './sampling.ts';
import type { RecurrentState } from './stepper.ts';

export interface RowSpec {
  readonly plan: VersePlan;
  readonly sampling: Sampling;
  /** How the title is drawn. Default: as the poem. */
  readonly titleSampling?: Sampling;
  /** How the first {@link FIRST_WRITTEN} hanzi are drawn that the model writes. Default: as the rest. */
  readonly firstSampling?: Sampling;
  /** Unsigned 32-bit integer. */
  readonly seed: number;
  /**
   * Whether the row's likelihood is wanted; default: true. Without it, a slot that allows few tokens costs only their
   * logits, and no slot costs the sum over the vocabulary.
   */
  readonly scored?: boolean;
  /** Whether the row writes a title of its own before the poem, and pauses after it. Default: false. */
  readonly writesTitle?: boolean;
  /** The row pauses before each of these slots, by their indices in rising order. Default: none. */
  readonly pauses?: readonly number[];
  /**
   * Whether the row pauses once before the model writes its first character, so that forks share what is given before it.
   * It cannot if nothing is given. Default: false.
   */
  readonly pausesFirst?: boolean;
  /** The characters of all slots, if the row only measures how likely they are. Default: the model writes. */
  readonly forced?: readonly string[];
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
  /** The NLL in nats of each of `characters`; null for characters that it did not write, and if the row is not scored. */
  readonly nlls: readonly (number | null)[];
  /** The reward of each of `characters`, as `model/reward.ts` has it; null where the NLL is, and without a reward model. */
  readonly rewards: readonly (number | null)[];
  /** The title that the row wrote; empty if it wrote none. */
  readonly title: string;
}

/** No token can be drawn: from the network's numbers, or because a slot allows none. */
export class DecodingError extends Error {
  override readonly name = 'DecodingError';
}

/**
 * - `prefill`: given tokens are still to be fed before the model writes again.
 * - `generating`: all is fed; the model writes the next character, of the title or of the poem.
 * - `paused`: the title or a part of the poem is complete. The row has left the decoder, which can take it back.
 * - `finished`: the plan is complete.
 * - `failed`: nothing could be written; `error` says why.
 * - `cancelled`: the row has left the decoder before its end.
 */
export type RowStatus = 'prefill' | 'generating' | 'paused' | 'finished' | 'failed' | 'cancelled';

/** The longest title that a row writes, in hanzi. */
const MAX_TITLE = 10;

/** How many of the hanzi that the model writes set out a poem. Poems on one opening differ by them. */
export const FIRST_WRITTEN = 2;

/** What a row starts from. */
export interface RowStart {
  /** The network's state before the first pending token; null for the state before any token. */
  readonly state: RecurrentState | null;
  /** The tokens to be fed first. */
  readonly prefix: readonly number[];
  /** How many tokens of the prefix come before the title. */
  readonly beforeTitle?: number;
  /** The form's tag, if a title is to be guided by what is announced. Without guidance, the tag alone is before it. */
  readonly loneTag?: number;
}

/** Made by `Decoder.join`, which also says what each row starts with. */
export class Row {
  readonly cursor: PlanCursor;
  readonly random: Random;
  readonly scored: boolean;
  readonly characters: string[] = [];
  readonly title: string[] = [];
  readonly nlls: (number | null)[] = [];
  readonly rewards: (number | null)[] = [];
  /** The network's state before the first pending token; null for the state before any token. */
  start: RecurrentState | null;
  /** The network's state if the same is written without the title; null if it is not known. */
  unconditional: RecurrentState | null = null;
  /** The form's tag, if the title is guided by what is announced; otherwise null. */
  readonly loneTag: number | null;
  /** How many tokens are to be fed before the title. */
  #beforeTitle: number;
  nll = 0;
  hanzi = 0;
  /** Sum of the NLL in nats of the title's hanzi and of its end. */
  titleNll = 0;
  /** How many tokens this row drew itself. A fork starts from 0. */
  drawn = 0;
  readonly #spec: RowSpec;
  #status: RowStatus = 'prefill';
  #error: DecodingError | null = null;
  #isWritingTitle: boolean;
  #pausesFirst: boolean;
  /** Tokens to be fed, one a tick. */
  readonly #pending: number[];
  readonly #vocabulary: Vocabulary;
  readonly #rhymeSizes: RhymeSizes;

  constructor(
    spec: RowSpec,
    vocabulary: Vocabulary,
    rhymeSizes: RhymeSizes,
    { state, prefix, beforeTitle = prefix.length, loneTag }: RowStart,
    from?: Row,
  ) {
    this.#spec = spec;
    this.cursor = from ? from.cursor.copy() : new PlanCursor(spec.plan, rhymeSizes);
    this.random = new Random(spec.seed);
    this.scored = spec.scored ?? true;
    this.start = state;
    this.#pending = [...prefix];
    this.#beforeTitle = beforeTitle;
    this.loneTag = loneTag ?? null;
    this.#vocabulary = vocabulary;
    this.#rhymeSizes = rhymeSizes;
    this.#isWritingTitle = from ? from.#isWritingTitle : (spec.writesTitle ?? false);
    if (!from && !this.#isWritingTitle) this.#passGiven();
    this.#pausesFirst = (spec.pausesFirst ?? false) && this.#pending.length > 1;
  }

  /** A paused row that goes on from here with a seed of its own. */
  fork(seed: number): Row {
    if (this.#status !== 'paused') throw new Error('only a paused row can be forked');
    const start = { state: this.start, prefix: this.#pending };
    const fork = new Row({ ...this.#spec, seed }, this.#vocabulary, this.#rhymeSizes, start, this);
    fork.characters.push(...this.characters);
    fork.nlls.push(...this.nlls);
    fork.rewards.push(...this.rewards);
    fork.title.push(...this.title);
    fork.nll = this.nll;
    fork.hanzi = this.hanzi;
    fork.titleNll = this.titleNll;
    fork.unconditional = this.unconditional;
    fork.#status = 'paused';
    return fork;
  }

  get status(): RowStatus {
    return this.#status;
  }

  /** Why the row has failed; null for every other status. */
  get error(): DecodingError | null {
    return this.#error;
  }

  /** Whether the row is advanced by each tick: neither paused nor ended. */
  get isActive(): boolean {
    return this.#status === 'prefill' || this.#status === 'generating';
  }

  /** Whether the row will pause before the model writes its first character. */
  get pausesFirst(): boolean {
    return this.#pausesFirst;
  }

  /** Whether what the model writes next belongs to the title. */
  get isWritingTitle(): boolean {
    return this.#isWritingTitle;
  }

  /** How the next character is drawn. */
  get sampling(): Sampling {
    const { sampling, titleSampling = sampling, firstSampling = sampling } = this.#spec;
    if (this.#isWritingTitle) return titleSampling;
    return this.hanzi < FIRST_WRITTEN ? firstSampling : sampling;
  }

  /** How far the next character is moved away from what the network would write without a condition; 0 for not at all. */
  get guidance(): number {
    const isConditional = this.#isWritingTitle
      ? this.loneTag !== null
      : this.title.length > 0 || this.#givenTitle;
    return isConditional ? (this.sampling.guidance ?? 0) : 0;
  }

  get #givenTitle(): boolean {
    return this.#spec.plan.title !== '';
  }

  /** Whether the next token is the first one of a title that will guide the poem: the poem without it goes on from here. */
  get isAtGuidingTitle(): boolean {
    const guides = (this.#spec.sampling.guidance ?? 0) > 0;
    const titled = this.#spec.writesTitle || this.#givenTitle;
    return guides && titled && this.unconditional === null && this.#beforeTitle === 0;
  }

  /** Whether the next token is the last one before a title that is guided. */
  get opensGuidedTitle(): boolean {
    return this.#isWritingTitle && this.loneTag !== null && this.#beforeTitle === 1;
  }

  /** Whether the title is over: the next token is BOS, with which the poem begins, or one after it. */
  get isPastTitle(): boolean {
    return !this.#isWritingTitle && this.#pending.indexOf(BOS) <= 0;
  }

  /** Whether BOS, with which the poem begins, has been fed. */
  get hasBegun(): boolean {
    return !this.#isWritingTitle && !this.#pending.includes(BOS);
  }

  /** The next token to be fed; null if there is none. The status says what comes after it. */
  nextToken(): number | null {
    const token = this.#pending.shift();
    this.#beforeTitle--;
    if (this.isActive) {
      const more = this.#isWritingTitle || this.cursor.slot !== null;
      this.#status = this.#pending.length === 0 && more ? 'generating' : 'prefill';
      // The last token is fed after the pause: what it gives is drawn from at once.
      if (this.#pausesFirst && this.#pending.length === 1) {
        this.#pausesFirst = false;
        this.#status = 'paused';
      }
    }
    return token ?? null;
  }

  /** Writes a hanzi of the title. A title of the greatest length ends of itself. */
  takeTitle(char: string): void {
    this.title.push(char);
    this.#pending.push(this.#tokenOf(char));
    if (this.title.length === MAX_TITLE) this.endTitle();
  }

  /** Ends the title, which may be empty. The row pauses before the poem. */
  endTitle(): void {
    this.#isWritingTitle = false;
    this.#pending.push(BOS);
    this.#passGiven();
    this.#status = 'paused';
  }

  /** The character that must be written into the current slot; null if the model is free to choose. */
  get forced(): string | null {
    return this.#spec.forced?.[this.cursor.index] ?? null;
  }

  /**
   * Writes a character that the model chose into the current slot. `nll` and `reward` are null if the row is not scored,
   * `reward` also without a reward model.
   */
  write(char: string, nll: number | null, reward: number | null = null): void {
    this.nll += nll ?? 0;
    this.hanzi++;
    this.drawn++;
    this.take(char, nll, reward);
  }

  /** Writes a character into the current slot, and all given characters that follow it. */
  take(char: string, nll: number | null = null, reward: number | null = null): void {
    const before = this.cursor.index;
    this.#put(char, nll, reward);
    this.#passGiven();
    const { index, slot } = this.cursor;
    const pauses = this.#spec.pauses ?? [];
    if (slot !== null && pauses.some((at) => before < at && at <= index)) this.#status = 'paused';
  }

  /** Lets a paused row go on. The decoder does this when it takes the row back. */
  resume(): void {
    if (this.#status === 'paused') this.#status = 'prefill';
  }

  #passGiven(): void {
    for (let slot = this.cursor.slot; slot !== null; slot = this.cursor.slot) {
      if (slot.kind === 'given') this.#put(slot.text);
      else if (slot.kind === 'same') this.#put(this.characters[slot.as] ?? '');
      else return;
    }
  }

  #put(char: string, nll: number | null = null, reward: number | null = null): void {
    this.characters.push(char);
    this.nlls.push(nll);
    this.rewards.push(reward);
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

  /** Ends the row if it is active or paused. Its place is free from the next tick on. */
  cancel(): void {
    if (this.isActive || this.#status === 'paused') this.#status = 'cancelled';
  }

  result(): RowResult {
    const { characters, nll, hanzi, nlls, rewards } = this;
    return { characters, nll, hanzi, nlls, rewards, title: this.title.join('') };
  }
}
