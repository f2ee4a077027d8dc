/**
 * Writes one line of a poem whose other lines are there already, and gives several answers to choose from: for 改一句, and
 * for the second line of a couplet.
 *
 * Many rows write the line. If lines follow it, the best rows are then read once more as whole poems, because only that
 * says how well the line agrees with what comes after it. The answers are the best that differ from one another.
 */

import type { Slot, VersePlan } from '../poetry/plan.ts';
import type { Decoder } from './decoder.ts';
import { chooseDifferent, rankLines } from './line-ranking.ts';
import { orderSeed, seedOf } from './ranking.ts';
import { DecodingError, type Row, type RowResult } from './row.ts';
import type { Search, SearchRequest, SearchSettings } from './search.ts';

export interface LineRequest extends SearchRequest {
  /** How many answers are wanted. There may be fewer. */
  readonly answers: number;
  /** The characters of a poem that is no answer: the one whose line is to be replaced. */
  readonly besides?: readonly string[];
}

/** So many rows write the line for each candidate of a whole poem. A line costs a fraction of what a poem costs. */
const ROWS_A_CANDIDATE = 6;

/** How many rows go on after each foot of a couplet's second line, and how many of them with the same first foot. */
const KEPT = 24;
const KEPT_A_BEGINNING = 4;

export class LineSearch implements Search {
  readonly #decoder: Decoder;
  readonly #request: LineRequest;
  readonly #settings: SearchSettings;
  readonly #seed: number;
  #stage: 'given' | 'line' | 'reading';
  /** The slots before which the rows pause to be pruned. */
  readonly #pauses: readonly number[];
  #forks = 0;
  #rows: readonly Row[];
  /** In the stage `reading`: what the n-th row reads. */
  #written: readonly RowResult[] = [];
  /** The rows of all stages. */
  readonly #allRows = new Set<Row>();
  #answers: readonly RowResult[] = [];
  #error: DecodingError | null = null;

  /** Adds the rows that write the line to the decoder. */
  constructor(decoder: Decoder, request: LineRequest, settings: SearchSettings) {
    this.#decoder = decoder;
    this.#request = request;
    this.#settings = settings;
    this.#seed = orderSeed(request.seed, decoder.unknownCharacters(request.plan));
    const { plan, sampling } = request;
    const pauses = feetToPauseAt(plan);
    this.#pauses = pauses;
    const join = (n: number, pausesFirst: boolean) =>
      decoder.join({ plan, sampling, seed: seedOf(this.#seed, n), pauses, pausesFirst });
    const first = join(0, true);
    // What is given before the line is read once. If nothing is, all rows begin at once.
    this.#stage = first.pausesFirst ? 'given' : 'line';
    this.#rows = first.pausesFirst
      ? [first]
      : [first, ...Array.from({ length: this.#rowCount - 1 }, (_, n) => join(n + 1, false))];
    for (const row of this.#rows) this.#allRows.add(row);
  }

  get #rowCount(): number {
    return ROWS_A_CANDIDATE * this.#settings.candidates;
  }

  get plan(): VersePlan {
    return this.#request.plan;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  get drawn(): number {
    let sum = 0;
    for (const row of this.#allRows) sum += row.drawn;
    return sum;
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
    const paused = this.#rows.filter(({ status }) => status === 'paused');
    if (paused.length > 0) {
      this.#goOnWith(this.#stage === 'given' ? paused : this.#kept(paused));
      this.#stage = 'line';
      return true;
    }
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

  /** The best rows. No beginning takes more than a part of the places. */
  #kept(paused: readonly Row[]): readonly Row[] {
    const rowOf = new Map(paused.map((row) => [row.characters.join(''), row]));
    const results = [...rowOf.values()].map((row) => row.result());
    const taken = new Map<string, number>();
    const kept: Row[] = [];
    for (const { characters } of rankLines(this.#decoder, this.plan, results, false)) {
      const beginning = characters.slice(0, this.#pauses[0]).join('');
      const row = rowOf.get(characters.join(''));
      if (!row || kept.length === KEPT || (taken.get(beginning) ?? 0) >= KEPT_A_BEGINNING) continue;
      taken.set(beginning, (taken.get(beginning) ?? 0) + 1);
      kept.push(row);
    }
    return kept;
  }

  /** Fills all places with these rows and forks of them, in turn. */
  #goOnWith(kept: readonly Row[]): void {
    const forks = Array.from({ length: this.#rowCount - kept.length }, (_, n) => {
      this.#forks++;
      return (kept[n % kept.length] as Row).fork(seedOf(this.#seed, this.#rowCount + this.#forks));
    });
    this.#rows = [...kept, ...forks];
    for (const row of this.#rows) {
      this.#allRows.add(row);
      this.#decoder.resume(row);
    }
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
    const { plan, sampling } = this.#request;
    const free = (slot: Slot, char: string): Slot =>
      slot.kind === 'given' && (isMark(slot.text) || !this.#decoder.knows(char)) ? slot : { kind: 'free' };
    // What stands before the line is as likely with all of them.
    const start = plan.slots.findIndex(({ kind }) => kind === 'free');
    this.#stage = 'reading';
    const { candidates } = this.#settings;
    // The critic reads whole poems, which takes long if they are many.
    const likely = rankLines(this.#decoder, plan, written, false).slice(0, 2 * candidates);
    this.#written = rankLines(this.#decoder, plan, likely).slice(0, candidates);
    this.#rows = this.#written.map(({ characters }) => {
      const slots = plan.slots.map((slot, i) => (i < start ? slot : free(slot, characters[i] ?? '')));
      const whole: VersePlan = { ...plan, slots, meter: 'none', patterns: [], rhymes: [] };
      return this.#decoder.join({ plan: whole, sampling, seed: this.#seed, forced: characters });
    });
  }

  #finish(results: readonly RowResult[]): void {
    const { plan, answers } = this.#request;
    this.#answers = chooseDifferent(rankLines(this.#decoder, plan, results), plan, answers);
  }
}

/** The slots with which the second foot of a line opposite another begins, and the later ones. */
function feetToPauseAt({ slots, length }: VersePlan): number[] {
  const start = slots.findIndex((slot) => slot.kind === 'free' && slot.opposite !== undefined);
  if (start < 0) return [];
  return Array.from({ length: Math.max(0, Math.ceil(length / 2) - 2) }, (_, n) => start + 2 * (n + 1));
}

function isMark(text: string): boolean {
  return text === '，' || text === '。';
}
