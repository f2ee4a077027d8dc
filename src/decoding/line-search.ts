/**
 * Writes one line of a poem whose other lines are there already, and gives several answers to choose from: for 改一句, and
 * for the second line of a couplet.
 *
 * Many rows write the line. If lines follow it, the best rows are then read once more as whole poems, because only that
 * says how well the line agrees with what comes after it. The answers are the best that differ from one another.
 */

import type { Slot, VersePlan } from '../poetry/plan.ts';
import type { Decoder } from './decoder.ts';
import { parallelism } from './parallelism.ts';
import { cost, orderSeed, seedOf } from './ranking.ts';
import { DecodingError, type Row, type RowResult } from './row.ts';
import type { Search, SearchRequest, SearchSettings } from './search.ts';

export interface LineRequest extends SearchRequest {
  /** How many answers are wanted. There may be fewer. */
  readonly answers: number;
  /** The characters of a poem that is no answer: the one whose line is to be replaced. */
  readonly besides?: readonly string[];
}

/** So many rows write the line for each candidate of a whole poem. A line costs a fraction of what a poem costs. */
const ROWS_A_CANDIDATE = 3;

/** What a nat of parallelism takes off the cost of a nat a hanzi. */
const PARALLEL_WORTH = 0.8;

/** Two answers share at most this part of what was written; fewer answers come closer to each other if they must. */
const MOST_SHARED = 0.5;

interface Answer {
  readonly result: RowResult;
  readonly cost: number;
}

export class LineSearch implements Search {
  readonly #decoder: Decoder;
  readonly #request: LineRequest;
  readonly #settings: SearchSettings;
  readonly #seed: number;
  #stage: 'line' | 'reading' = 'line';
  #rows: readonly Row[];
  /** In the stage `reading`: what the n-th row reads. */
  #written: readonly RowResult[] = [];
  #drawn = 0;
  #answers: readonly RowResult[] = [];
  #error: DecodingError | null = null;

  /** Adds the rows that write the line to the decoder. */
  constructor(decoder: Decoder, request: LineRequest, settings: SearchSettings) {
    this.#decoder = decoder;
    this.#request = request;
    this.#settings = settings;
    this.#seed = orderSeed(request.seed, decoder.unknownCharacters(request.plan));
    const { plan, sampling } = request;
    this.#rows = Array.from({ length: ROWS_A_CANDIDATE * settings.candidates }, (_, n) =>
      decoder.join({ plan, sampling, seed: seedOf(this.#seed, n) }),
    );
  }

  get plan(): VersePlan {
    return this.#request.plan;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  get drawn(): number {
    return this.#drawn + this.#rows.reduce((sum, row) => sum + row.drawn, 0);
  }

  get result(): RowResult | null {
    return this.#answers[0] ?? null;
  }

  get others(): readonly RowResult[] {
    return this.#answers.slice(1);
  }

  get error(): DecodingError | null {
    return this.#error;
  }

  get hasEnded(): boolean {
    return this.#answers.length > 0 || this.#error !== null;
  }

  advance(): boolean {
    if (this.hasEnded || this.#rows.some((row) => row.isActive)) return false;
    const finished = this.#rows.filter(({ status }) => status === 'finished').map((row) => row.result());
    if (this.#stage === 'reading') {
      this.#finish(this.#written.map((result, i) => ({ ...result, nll: this.#rows[i]?.nll ?? result.nll })));
      return false;
    }
    const written = this.#different(finished);
    if (written.length === 0) {
      this.#error = this.#rows[0]?.error ?? new DecodingError('no other line was found');
      return false;
    }
    if (!this.#isFollowed()) {
      this.#finish(written);
      return false;
    }
    this.#read(written);
    return true;
  }

  cancel(): void {
    for (const row of this.#rows) this.#decoder.leave(row);
  }

  /** Each text once, without the one that is there already. */
  #different(results: readonly RowResult[]): RowResult[] {
    const besides = this.#request.besides?.join('');
    const byText = new Map(results.map((result) => [result.characters.join(''), result]));
    if (besides !== undefined) byText.delete(besides);
    return [...byText.values()];
  }

  /** Whether hanzi that are given stand behind what the model writes. */
  #isFollowed(): boolean {
    const { slots, length } = this.plan;
    const last = slots.findLastIndex(({ kind }) => kind === 'free');
    return Math.floor(last / (length + 1)) < this.plan.lines - 1;
  }

  /** Reads the best poems as a whole. What the network does not know stays given. */
  #read(written: readonly RowResult[]): void {
    this.#drawn = this.drawn;
    const { plan, sampling } = this.#request;
    const free = (slot: Slot, char: string): Slot =>
      slot.kind === 'given' && (isMark(slot.text) || !this.#decoder.knows(char)) ? slot : { kind: 'free' };
    this.#stage = 'reading';
    this.#written = this.#ranked(written).slice(0, this.#settings.candidates);
    this.#rows = this.#written.map(({ characters }) => {
      const slots = plan.slots.map((slot, i) => free(slot, characters[i] ?? ''));
      const whole: VersePlan = { ...plan, slots, meter: 'none', patterns: [], rhymes: [] };
      return this.#decoder.join({ plan: whole, sampling, seed: this.#seed, forced: characters });
    });
  }

  #finish(results: readonly RowResult[]): void {
    this.#answers = this.#choose(this.#ranked(results));
  }

  /** The results, the best first. */
  #ranked(results: readonly RowResult[]): RowResult[] {
    const { critic, parallels } = this.#decoder;
    const { plan } = this.#request;
    const logits =
      critic && isRegulated(plan)
        ? critic.logits(results.map((result) => this.#decoder.criticTokens(result, plan)))
        : [];
    const answers = results.map((result, i): Answer => {
      const own = cost({ result, critic: logits[i], wornPhrases: critic?.wornPhrases });
      const parallel = parallels ? parallelism(result.characters, plan, parallels) : 0;
      return { result, cost: own - PARALLEL_WORTH * parallel };
    });
    return answers.sort((a, b) => a.cost - b.cost).map(({ result }) => result);
  }

  /** The best results that differ enough; if there are too few of them, the best of the others. */
  #choose(ranked: readonly RowResult[]): RowResult[] {
    const { answers } = this.#request;
    const chosen: RowResult[] = [];
    for (const result of ranked) {
      if (chosen.length === answers) return chosen;
      if (chosen.every((other) => this.#shared(result, other) <= MOST_SHARED)) chosen.push(result);
    }
    for (const result of ranked) {
      if (chosen.length < answers && !chosen.includes(result)) chosen.push(result);
    }
    return chosen;
  }

  /** The part of what was written that two results have in common. */
  #shared(one: RowResult, other: RowResult): number {
    const places = this.plan.slots.flatMap(({ kind }, i) => (kind === 'free' ? [i] : []));
    const same = places.filter((i) => one.characters[i] === other.characters[i]);
    return same.length / places.length;
  }
}

function isMark(text: string): boolean {
  return text === '，' || text === '。';
}

/** Whether a critic has learned verse of this shape. */
function isRegulated({ length }: VersePlan): boolean {
  return length === 5 || length === 7;
}
