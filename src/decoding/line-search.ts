/**
 * Writes one line of a poem whose other lines are there already, and gives several answers to choose from: for 改一句, and
 * for the second line of a couplet.
 *
 * Many rows write the line. If lines follow it, the best rows are then read once more as whole poems, because only that
 * says how well the line agrees with what comes after it. The answers are the best that differ from one another.
 */

import { isLineLength } from '../poetry/form.ts';
import type { Slot, VersePlan } from '../poetry/plan.ts';
import { TONE, tonesOf } from '../poetry/prosody.ts';
import type { Decoder } from './decoder.ts';
import { parallelism } from './parallelism.ts';
import { cost, LINE_WEIGHTS, orderSeed, seedOf } from './ranking.ts';
import { DecodingError, type Row, type RowResult } from './row.ts';
import type { Search, SearchRequest, SearchSettings } from './search.ts';

export interface LineRequest extends SearchRequest {
  /** How many answers are wanted. There may be fewer. */
  readonly answers: number;
  /** The characters of a poem that is no answer: the one whose line is to be replaced. */
  readonly besides?: readonly string[];
}

/** So many rows write the line for each candidate of a whole poem. A line costs a fraction of what a poem costs. */
const ROWS_A_CANDIDATE = 4;

/** Two answers share at most this part of what was written; fewer answers come closer to each other if they must. */
const MOST_SHARED = 0.5;

/** How many rows go on after each foot of a couplet's second line, and how many of them with the same first foot. */
const KEPT = 16;
const KEPT_A_BEGINNING = 3;

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
    this.#rows = Array.from({ length: this.#rowCount }, (_, n) =>
      decoder.join({ plan, sampling, seed: seedOf(this.#seed, n), pauses }),
    );
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
      this.#prune(paused);
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

  /** Lets the best rows go on, and forks of them. No beginning takes more than a part of the places. */
  #prune(paused: readonly Row[]): void {
    const rowOf = new Map(paused.map((row) => [row.characters.join(''), row]));
    const taken = new Map<string, number>();
    const kept: Row[] = [];
    for (const { characters } of this.#ranked([...rowOf.values()].map((row) => row.result()))) {
      const beginning = characters.slice(0, this.#pauses[0]).join('');
      const row = rowOf.get(characters.join(''));
      if (!row || kept.length === KEPT || (taken.get(beginning) ?? 0) >= KEPT_A_BEGINNING) continue;
      taken.set(beginning, (taken.get(beginning) ?? 0) + 1);
      kept.push(row);
    }
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
    const whole = results.every(({ characters }) => characters.length === plan.slots.length);
    const logits =
      critic && whole && isLineLength(plan.length)
        ? critic.logits(results.map((result) => this.#decoder.criticTokens(result, plan)))
        : [];
    const answers = results.map((result, i): Answer => {
      const parallel = parallels ? parallelism(result.characters, plan, parallels) : 0;
      const judged = { result, critic: logits[i], wornPhrases: critic?.wornPhrases, parallel };
      return { result, cost: cost(judged, LINE_WEIGHTS) + endingCost(result, plan) };
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

/** The slots with which the second foot of a line opposite another begins, and the later ones. */
function feetToPauseAt({ slots, length }: VersePlan): number[] {
  const start = slots.findIndex((slot) => slot.kind === 'free' && slot.opposite !== undefined);
  if (start < 0) return [];
  return Array.from({ length: Math.max(0, Math.ceil(length / 2) - 2) }, (_, n) => start + 2 * (n + 1));
}

function isMark(text: string): boolean {
  return text === '，' || text === '。';
}

/** What it costs to end a second line on a character that may be read oblique (浪): readers expect a level one. */
const DOUBTFUL_ENDING = 0.5;

function endingCost({ characters }: RowResult, { slots }: VersePlan): number {
  const last = slots.length - 2;
  const slot = slots[last];
  if (slot?.kind !== 'free' || slot.opposite === undefined || characters.length <= last) return 0;
  return tonesOf(characters[last] ?? '') === TONE.level ? 0 : DOUBTFUL_ENDING;
}
