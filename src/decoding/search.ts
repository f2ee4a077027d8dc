/**
 * Writes one poem by a search over candidates, in stages: the title, if the model writes one, the first line, then both
 * parts of each later line, before and behind its caesura.
 *
 * After each stage the best candidates go on, forked so that their number stays the same, and the others end. A fork
 * shares all that is written and draws from a seed of its own. So the same request and seed give the same poem,
 * whatever else is in the batch.
 */

import type { VersePlan } from '../poetry/plan.ts';
import { addressesNobody, isLyricTune, themeOf } from '../poetry/theme.ts';
import { isLineMark } from '../poetry/verse-lines.ts';
import type { Decoder } from './decoder.ts';
import { cost, orderSeed, seedOf } from './ranking.ts';
import { DecodingError, type Row, type RowResult } from './row.ts';
import { AFTER_OPENING_SAMPLING, FIRST_SAMPLING, type Sampling, TITLE_SAMPLING } from './sampling.ts';

export interface SearchRequest {
  readonly plan: VersePlan;
  readonly sampling: Sampling;
  /** Unsigned 32-bit integer. */
  readonly seed: number;
}

export interface SearchSettings {
  /** Candidates of each stage, at least 1. */
  readonly candidates: number;
  /** Candidates that go on from one stage to the next. If it is `candidates`, only whole poems are compared. */
  readonly kept: number;
}

/** How the bot searches by default. Readers decided; docs/decisions/20 has the numbers. */
export const DEFAULT_SEARCH: SearchSettings = { candidates: 16, kept: 4 };

/** Characters of a line behind its caesura. */
const LAST_STEP = 3;

/** The writing of one order. It goes through stages, in each of which some rows are in the decoder. */
export interface Search {
  readonly plan: VersePlan;
  /** The rows of the current stage. */
  readonly rows: readonly Row[];
  /** How many tokens all rows have drawn. */
  readonly drawn: number;
  /** The best candidate; null before the search has ended, and if it has failed. */
  readonly result: RowResult | null;
  /** The next best ones, if several were asked for. */
  readonly others: readonly RowResult[];
  /** Why nothing could be written; null before the search has ended, and if it has a result. */
  readonly error: DecodingError | null;
  readonly hasEnded: boolean;
  /**
   * Goes on to the next stage if all rows of the current one have left the decoder. To be called after a tick in which
   * one of {@link rows} did. Returns whether {@link rows} are new ones.
   */
  advance(): boolean;
  /** Ends all rows. */
  cancel(): void;
}

export class PoemSearch implements Search {
  readonly others: readonly RowResult[] = [];
  readonly #decoder: Decoder;
  readonly #request: SearchRequest;
  readonly #settings: SearchSettings;
  /** The seed that those of all rows come from. */
  readonly #seed: number;
  #rows: readonly Row[];
  /** The rows of all stages. */
  readonly #allRows = new Set<Row>();
  #stage: 'title' | 'verse';
  /** The slots before which the rows pause. */
  readonly #pauses: readonly number[];
  #forks = 0;
  #finalists: readonly RowResult[] = [];
  #error: DecodingError | null = null;

  /** Adds the rows of the first stage to the decoder. */
  constructor(decoder: Decoder, request: SearchRequest, settings: SearchSettings) {
    this.#decoder = decoder;
    this.#request = request;
    this.#settings = settings;
    this.#seed = orderSeed(request.seed, decoder.unknownCharacters(request.plan));
    this.#pauses = settings.kept < settings.candidates ? pausesOf(request.plan) : [];
    // Without chance there is one title for everything, as with the likeliest poem.
    const chance = request.sampling.temperature > 0;
    this.#stage = decoder.prompts.writesTitles && request.plan.title === '' && chance ? 'title' : 'verse';
    this.#rows = this.#join();
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
    return this.#finalists[0] ?? null;
  }

  /** The poems that were kept in the last stage, best first: the result and the next best ones. They share their first lines. */
  get finalists(): readonly RowResult[] {
    return this.#finalists;
  }

  get error(): DecodingError | null {
    return this.#error;
  }

  get hasEnded(): boolean {
    return this.result !== null || this.#error !== null;
  }

  advance(): boolean {
    if (this.hasEnded || this.#rows.some((row) => row.isActive)) return false;
    const written = this.#rows.filter(({ status }) => status !== 'failed');
    if (written.length === 0) {
      this.#error = this.#rows[0]?.error ?? new DecodingError('nothing was written');
      return false;
    }
    if (this.#stage === 'title') this.#goOnFromTitles(written);
    else this.#goOnFromLine(written);
    return !this.hasEnded;
  }

  cancel(): void {
    for (const row of this.#rows) this.#decoder.leave(row);
  }

  #join(): Row[] {
    const { plan, sampling } = this.#request;
    const { candidates } = this.#settings;
    const firstSampling = hasOnlyOpening(plan) ? AFTER_OPENING_SAMPLING : FIRST_SAMPLING;
    const rows = Array.from({ length: candidates }, (_, n) =>
      this.#decoder.join({
        plan,
        sampling,
        titleSampling: TITLE_SAMPLING,
        firstSampling: sampling.temperature > 0 ? firstSampling : sampling,
        seed: seedOf(this.#seed, n),
        scored: candidates > 1,
        writesTitle: this.#stage === 'title',
        pauses: this.#pauses,
      }),
    );
    for (const row of rows) this.#allRows.add(row);
    return rows;
  }

  /** The likeliest of the titles that say something, each once. If there is none, the poem has no title. */
  #goOnFromTitles(rows: readonly Row[]): void {
    this.#stage = 'verse';
    const titles = new Map<string, Row>();
    for (const row of rankBy(rows, ({ titleNll, title }) => titleNll / (title.length + 1))) {
      const title = row.title.join('');
      if (themeOf(title) !== title || addressesNobody(title) || isLyricTune(title)) continue;
      if (titles.has(title)) continue;
      titles.set(title, row);
    }
    if (titles.size > 0) this.#goOnWith([...titles.values()].slice(0, this.#settings.kept));
    else this.#rows = this.#join();
  }

  /** Prunes, or ends with the best poem. */
  #goOnFromLine(rows: readonly Row[]): void {
    const costs = this.#costsOf(rows);
    const ranked = rankBy(rows, (row) => costs.get(row) ?? 0).slice(0, this.#settings.kept);
    if (ranked[0]?.status === 'finished') this.#finalists = ranked.map((row) => row.result());
    else this.#goOnWith(ranked);
  }

  /** What each row costs, judged by what it has written. */
  #costsOf(rows: readonly Row[]): Map<Row, number> {
    const { plan } = this.#request;
    const { critic, association } = this.#decoder;
    const results = rows.map((row) => row.result());
    const areFinished = rows.every(({ status }) => status === 'finished');
    const logits =
      critic && areFinished && rows.length > 1
        ? critic.logits(results.map((result) => this.#decoder.criticTokens(result, plan)))
        : [];
    return new Map(
      rows.map((row, i) => {
        const result = results[i] ?? row.result();
        const breaches = row.cursor.deviations.length;
        const wornPhrases = critic?.wornPhrases;
        const title = plan.title || result.title;
        const judged = { result, title, critic: logits[i], wornPhrases, breaches, association };
        return [row, cost(judged)];
      }),
    );
  }

  /** Fills the stage with the rows that were kept and forks of them, in turn. */
  #goOnWith(kept: readonly Row[]): void {
    const { candidates } = this.#settings;
    const forks = Array.from({ length: candidates - kept.length }, (_, n) => {
      const row = kept[n % kept.length] as Row;
      this.#forks++;
      return row.fork(seedOf(this.#seed, candidates + this.#forks));
    });
    this.#rows = [...kept, ...forks];
    for (const row of this.#rows) {
      this.#allRows.add(row);
      this.#decoder.resume(row);
    }
  }
}

/**
 * The slots before which the candidates are compared: those with which the second line and each later one begin, and their
 * last three characters, which the caesura is before. The first line is compared as a whole: poems on one opening would be
 * too much alike otherwise.
 */
function pausesOf({ slots, length }: VersePlan): number[] {
  const line = length + 1;
  const starts = Array.from({ length: Math.ceil(slots.length / line) - 1 }, (_, n) => (n + 1) * line);
  return starts.flatMap((start) => [start, start + length - LAST_STEP]);
}

/** The rows by rising value; rows of equal value stay in their order. */
function rankBy(rows: readonly Row[], value: (row: Row) => number): Row[] {
  return rows
    .map((row) => ({ row, value: value(row) }))
    .sort((a, b) => a.value - b.value)
    .map(({ row }) => row);
}

/** Whether the plan has no title, and nothing given but its first characters. */
function hasOnlyOpening({ title, slots }: VersePlan): boolean {
  const isFree = ({ kind }: VersePlan['slots'][number]) => kind !== 'given' && kind !== 'choice';
  const first = slots.findIndex(isFree);
  const rest = slots.slice(first).filter((slot) => !(slot.kind === 'given' && isLineMark(slot.text)));
  return title === '' && first > 0 && rest.every(isFree);
}
