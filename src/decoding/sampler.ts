/**
 * Drawing a character from logits: temperature and nucleus (Holtzman et al. 2020) over the candidates of a slot,
 * from the row's own seeded generator. What is likely everywhere is held back, so that what
 * belongs just here comes forward (the mutual-information objective of Li et al. 2016).
 *
 * A draw must stay well below the cost of the product that made the logits, so it is done in WebAssembly, by all threads,
 * and nothing is sorted: a candidate is proposed from all of them, and another from the likelier ones while it is not of
 * the nucleus.
 */

import { type Columns, Kernels, type Place } from '../kernels/kernels.ts';
import type { Random } from '../model/random.ts';
import type { Mood } from '../poetry/request.ts';

export interface Sampling {
  /** Divides the logits; 0 takes the likeliest. */
  readonly temperature: number;
  /** The likeliest candidates that have so much probability together are drawn from; in (0, 1]. */
  readonly nucleus: number;
  /** So much of a character's log-frequency is taken off its logit; 0 takes the logits as they are. */
  readonly specificity?: number;
}

export const SAMPLING: { readonly [mood in Mood]: Sampling } = {
  calm: { temperature: 0.7, nucleus: 0.85, specificity: 0 },
  free: { temperature: 0.8, nucleus: 0.9, specificity: 0 },
  wild: { temperature: 0.93, nucleus: 0.95, specificity: 0.12 },
  greedy: { temperature: 0, nucleus: 1, specificity: 0 },
};

/** A draw to be carried out. */
export interface Draw {
  /** Where the row's logits [V] stand in the kernels' memory; what is barred is written over. */
  readonly logits: Place;
  /** The ids that may be drawn; an array that is used again must not be written to. */
  readonly ids: Int32Array;
  readonly sampling: Sampling;
  readonly random: Random;
  /** Ids that are not drawn though they are among `ids`. */
  readonly barred?: readonly number[];
  /** Whether {@link Sampler.logSumExp} will be asked for. */
  readonly summed?: boolean;
  /** What the columns of `ids` multiply, where their logits are still to be made; as `Stepper.lowered` has it. */
  readonly lowered?: Place;
}

/** Bytes of a draw, and what stands where in them; `assembly/draw.ts`. */
const DRAW = {
  bytes: 128,
  logits: 0,
  ids: 4,
  count: 8,
  common: 12,
  specificity: 16,
  temperature: 20,
  barred: 24,
  barredCount: 28,
  lowered: 32,
  summed: 36,
  again: 40,
  nucleus: 48,
  points: 56,
  outcome: 88,
  used: 92,
  logSumExp: 96,
} as const;

/** Points that a draw is given at a time; few need more than one. */
const POINTS = 4;
const MORE_POINTS = -2;

/** Ids that can be barred from one draw; far more than a poem has characters. */
const MOST_BARRED = 1024;

/** Candidates up to so many are put beside the draw; longer lists, which rows share, are kept. */
const SHORT = 256;
/** Lists that are kept besides those of the draws at hand. */
const LISTS = 256;

const NO_COLUMNS: Columns = { width: 0, weights: 0, bias: 0 };

/** Draws with working memory of its own; one serves all rows of a batch. Draws are numbered from 0. */
export class Sampler {
  readonly #kernels: Kernels;
  readonly #size: number;
  readonly #columns: Columns;
  /** The vocabulary's log-frequencies [V]; 0 where there are none. */
  readonly #common: Place;
  /** A copy of logits that stand elsewhere. */
  readonly #copy: Place;
  #capacity = 0;
  #list: Place = 0;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #short: Place = 0;
  #barred: Place = 0;
  /** Where long lists of candidates stand, and where they may. */
  readonly #kept = new Map<Int32Array, Place>();
  readonly #places: Place[] = [];
  readonly #draws: Draw[] = [];

  /**
   * `size` is the vocabulary's, V. `logFrequencies` [V] are by id; without them there is no specificity. `columns` are
   * those of the output, for logits that are still to be made.
   */
  constructor(
    size: number,
    logFrequencies: Float32Array | null = null,
    kernels = new Kernels(),
    columns = NO_COLUMNS,
  ) {
    this.#kernels = kernels;
    this.#size = size;
    this.#columns = columns;
    this.#common = logFrequencies ? kernels.keep(logFrequencies.subarray(0, size)) : 0;
    this.#copy = kernels.reserve(size);
    // The kernels work on four numbers at a time.
    kernels.reserveScratch(Math.ceil(size / 4) * 4);
    this.begin(1);
  }

  /** Makes room for so many new draws; those before are over. */
  begin(draws: number): void {
    if (draws > this.#capacity) {
      this.#capacity = Math.max(draws, 2 * this.#capacity);
      const bytes = this.#capacity * DRAW.bytes;
      this.#list = this.#kernels.reserve(bytes / 4);
      this.#view = this.#kernels.view(this.#list, bytes);
      this.#short = this.#kernels.reserve(this.#capacity * SHORT);
      this.#barred = this.#kernels.reserve(this.#capacity * 2 * MOST_BARRED);
    }
    if (this.#kept.size > LISTS) this.#kept.clear();
  }

  #set(n: number, field: keyof typeof DRAW, value: number): void {
    this.#view.setInt32(n * DRAW.bytes + DRAW[field], value, true);
  }

  #get(n: number, field: keyof typeof DRAW): number {
    return this.#view.getInt32(n * DRAW.bytes + DRAW[field], true);
  }

  /** Says what the n-th draw is. */
  set(n: number, draw: Draw): void {
    const { ids, sampling, barred = [] } = draw;
    if (barred.length > MOST_BARRED) throw new RangeError(`no more than ${MOST_BARRED} ids can be barred`);
    const { temperature, specificity = 0, nucleus } = sampling;
    this.#draws[n] = draw;
    const place = this.#barredOf(n);
    this.#kernels.integers(place, barred.length).set(barred);
    this.#set(n, 'logits', draw.logits);
    this.#set(n, 'ids', this.#placeOfIds(n, ids));
    this.#set(n, 'count', ids.length);
    this.#set(n, 'common', this.#common);
    this.#set(n, 'barred', place);
    this.#set(n, 'barredCount', barred.length);
    this.#set(n, 'lowered', draw.lowered ?? 0);
    this.#set(n, 'summed', draw.summed ? this.#size : 0);
    this.#set(n, 'again', 0);
    const at = n * DRAW.bytes;
    this.#view.setFloat32(at + DRAW.specificity, this.#common === 0 ? 0 : specificity, true);
    this.#view.setFloat32(at + DRAW.temperature, temperature, true);
    this.#view.setFloat64(at + DRAW.nucleus, nucleus, true);
    this.#setPoints(n);
  }

  #setPoints(n: number): void {
    const { sampling, random } = this.#draws[n] as Draw;
    if (sampling.temperature === 0) return;
    const at = n * DRAW.bytes + DRAW.points;
    for (let point = 0; point < POINTS; point++) {
      this.#view.setFloat64(at + 8 * point, random.peek(point), true);
    }
  }

  #barredOf(n: number): Place {
    return this.#barred + 4 * n * 2 * MOST_BARRED;
  }

  #placeOfIds(n: number, ids: Int32Array): Place {
    if (ids.length <= SHORT) {
      const place = this.#short + 4 * n * SHORT;
      this.#kernels.integers(place, ids.length).set(ids);
      return place;
    }
    const known = this.#kept.get(ids);
    if (known !== undefined) return known;
    const number = this.#kept.size;
    const place = this.#places[number] ?? this.#kernels.reserve(this.#size);
    this.#places[number] = place;
    this.#kernels.integers(place, ids.length).set(ids);
    this.#kept.set(ids, place);
    return place;
  }

  /** A job for the kernels: the first `count` draws. */
  writeAll(count: number): void {
    this.#kernels.draws(this.#list, count, this.#columns);
  }

  /** Carries out the n-th draw now. */
  carryOut(n: number): void {
    this.#kernels.drawOne(this.#list, n, this.#columns);
  }

  /**
   * The logarithm of Σ e^logit over all logits of the n-th draw, barred ones included: what turns a logit into the
   * model's own log-likelihood. NaN or infinite logits give NaN.
   */
  logSumExp(n: number): number {
    return this.#view.getFloat64(n * DRAW.bytes + DRAW.logSumExp, true);
  }

  /**
   * What the n-th draw, which was carried out, has drawn: one of its ids, or −1 where every candidate is barred or has no
   * likelihood at all. Takes from the row's generator what was used; with temperature 0 nothing.
   */
  drawn(n: number): number {
    const { ids, random } = this.#draws[n] as Draw;
    for (;;) {
      random.skip(this.#get(n, 'used'));
      const outcome = this.#get(n, 'outcome');
      if (outcome !== MORE_POINTS) return outcome < 0 ? -1 : (ids[outcome] as number);
      this.#set(n, 'again', 1);
      this.#setPoints(n);
      this.carryOut(n);
    }
  }

  /** Takes an id out of the n-th draw, and draws from what is left of it. */
  strike(n: number, id: number): number {
    const { logits } = this.#draws[n] as Draw;
    this.#kernels.floats(logits + 4 * id, 1)[0] = Number.NEGATIVE_INFINITY;
    // What was made, summed and barred stands.
    this.#set(n, 'lowered', 0);
    this.#set(n, 'summed', 0);
    this.#set(n, 'barredCount', 0);
    this.#set(n, 'again', 0);
    this.#setPoints(n);
    this.carryOut(n);
    return this.drawn(n);
  }

  /** Gives the n-th draw's barred ids the logits back that they had. */
  unbar(n: number): void {
    const { logits, barred = [] } = this.#draws[n] as Draw;
    const kept = this.#kernels.floats(this.#barredOf(n) + 4 * barred.length, barred.length);
    const row = this.#kernels.floats(logits, this.#size);
    for (const [b, id] of barred.entries()) row[id] = kept[b] as number;
  }

  /** One of `ids` by a row's logits, which may stand anywhere. */
  drawFrom(logits: Float32Array, ids: Int32Array, sampling: Sampling, random: Random): number {
    this.begin(1);
    this.set(0, { logits: this.#placeOf(logits), ids, sampling, random });
    this.carryOut(0);
    return this.drawn(0);
  }

  /** Where a row's logits stand in the kernels' memory; a row that stands elsewhere is copied there. */
  #placeOf(logits: Float32Array): Place {
    const place = this.#kernels.placeOf(logits);
    if (place !== null) return place;
    const row = logits.subarray(0, this.#size);
    this.#kernels.floats(this.#copy, row.length).set(row);
    return this.#copy;
  }
}
