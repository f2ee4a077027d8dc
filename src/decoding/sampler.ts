/**
 * Draws tokens from logits, as `sampling.ts` describes it, with each row's own seeded random generator.
 *
 * A draw must cost much less than the product that makes the logits. So it is computed by the kernels, with all threads,
 * and nothing is sorted: `kernels/assembly/proposal.ts` describes the method.
 */

import type { DrawList } from '../kernels/draw-list.ts';
import { Kernels } from '../kernels/kernels.ts';
import type { Pointer } from '../kernels/memory.ts';
import type { OutputWeights } from '../kernels/operation-list.ts';
import type { Random } from '../model/random.ts';
import { DecodingError } from './row.ts';
import type { Sampling } from './sampling.ts';
import { TokenLists } from './token-lists.ts';

export interface DrawRequest {
  /** The row's logits [V]. Those that are masked are overwritten. */
  readonly logits: Pointer;
  /** The ids that may be drawn, in rising order. An array that is used again must not be written to. */
  readonly ids: Int32Array;
  readonly sampling: Sampling;
  readonly random: Random;
  /** [V]: what is taken off the logits instead of the log-frequencies times the specificity. */
  readonly bias?: Pointer;
  /** Ids that are not drawn even if they are in `ids`. */
  readonly masked?: readonly number[];
  /** Whether {@link Sampler.logSumExp} is wanted. */
  readonly summed?: boolean;
  /** What the output weights multiply, if the logits of `ids` are still to be computed; see `Stepper.hiddenFor`. */
  readonly hidden?: Pointer;
}

/** Ids that can be masked in one draw; far more than a poem has characters. */
const MAX_MASKED = 1024;

const NO_WEIGHTS: OutputWeights = { width: 0, weights: 0, bias: 0 };

/** Draws for the rows of one batch. Draws are numbered from 0. */
export class Sampler {
  readonly #kernels: Kernels;
  /** V */
  readonly #size: number;
  readonly #outputWeights: OutputWeights;
  /** [V]; 0 if there are none. */
  readonly #logFrequencies: Pointer;
  /** [V]: a copy of logits that are not in the kernels' memory. */
  readonly #logitsCopy: Pointer;
  readonly #lists: TokenLists;
  readonly #requests: DrawRequest[] = [];
  #draws: DrawList;
  /** [draws, 2, MAX_MASKED]: for each draw the masked ids, and behind them their logits. */
  #masked: Pointer = 0;

  /**
   * `size` is the vocabulary's size V. `logFrequencies` [V] are by id; without them specificity has no effect.
   * `outputWeights` are needed for requests with `hidden`.
   */
  constructor(
    size: number,
    logFrequencies: Float32Array | null = null,
    kernels = new Kernels(),
    outputWeights = NO_WEIGHTS,
  ) {
    const { memory } = kernels;
    this.#kernels = kernels;
    this.#size = size;
    this.#outputWeights = outputWeights;
    this.#logFrequencies = logFrequencies ? memory.upload(logFrequencies.subarray(0, size)) : 0;
    this.#logitsCopy = memory.alloc(size);
    this.#lists = new TokenLists(memory, size);
    this.#draws = this.#newDraws(1);
  }

  /** Makes room for `draws` new draws. The draws before are over. */
  begin(draws: number): void {
    const { capacity } = this.#draws;
    if (draws > capacity) this.#draws = this.#newDraws(Math.max(draws, 2 * capacity));
    this.#lists.trim();
  }

  #newDraws(capacity: number): DrawList {
    this.#lists.reserve(capacity);
    this.#masked = this.#kernels.memory.alloc(capacity * 2 * MAX_MASKED);
    return this.#kernels.newDrawList(capacity, this.#size);
  }

  /** Says what the n-th draw is. Throws a RangeError if too many ids are masked. */
  set(n: number, request: DrawRequest): void {
    const { ids, sampling, masked = [], bias } = request;
    if (masked.length > MAX_MASKED) throw new RangeError(`at most ${MAX_MASKED} ids can be masked`);
    this.#requests[n] = request;
    this.#kernels.memory.integers(this.#maskedOf(n), masked.length).set(masked);
    this.#draws.write(n, {
      logits: request.logits,
      ids: this.#lists.upload(n, ids),
      count: ids.length,
      logFrequencies: bias ?? this.#logFrequencies,
      specificity: bias !== undefined ? 1 : this.#logFrequencies === 0 ? 0 : (sampling.specificity ?? 0),
      temperature: sampling.temperature,
      topP: sampling.topP,
      masked: this.#maskedOf(n),
      maskedCount: masked.length,
      hidden: request.hidden ?? 0,
      summed: request.summed ? this.#size : 0,
    });
    this.#writePoints(n, request);
  }

  /** Shows the draw the next numbers of its generator. {@link drawn} takes those that were used. */
  #writePoints(n: number, { sampling, random }: DrawRequest): void {
    if (sampling.temperature > 0) this.#draws.writePoints(n, (i) => random.peek(i));
  }

  #maskedOf(n: number): Pointer {
    return this.#masked + 4 * n * 2 * MAX_MASKED;
  }

  #request(n: number): DrawRequest {
    const request = this.#requests[n];
    if (!request) throw new RangeError(`draw ${n} was not set`);
    return request;
  }

  /** Records the first `count` draws as an operation of the kernels. */
  recordDraws(count: number): void {
    this.#kernels.operations.draws(this.#draws, count, this.#outputWeights);
  }

  /** Runs the n-th draw at once. */
  drawNow(n: number): void {
    this.#kernels.drawNow(this.#draws, n, this.#outputWeights);
  }

  /**
   * The logarithm of Σ e^logit over all logits of the n-th draw, masked ones included. It turns a logit into the model's
   * log-likelihood. NaN or infinite logits give NaN.
   */
  logSumExp(n: number): number {
    return this.#draws.logSumExp(n);
  }

  /**
   * The id that the n-th draw has drawn; −1 if every allowed id is masked or has no probability at all. The draw must have
   * run. Takes the random numbers that were used from the row's generator: none at temperature 0. Throws a
   * {@link DecodingError} if a logit is NaN or larger than the kernels' LARGEST_LOGIT.
   */
  drawn(n: number): number {
    const request = this.#request(n);
    for (;;) {
      request.random.skip(this.#draws.pointsUsed(n));
      const outcome = this.#draws.outcome(n);
      if (outcome.kind === 'drawn') return request.ids[outcome.index] ?? -1;
      if (outcome.kind === 'nothing-left') return -1;
      if (outcome.kind === 'not-numbers') throw notNumbers();
      this.#draws.resume(n);
      this.#writePoints(n, request);
      this.drawNow(n);
    }
  }

  /** Draws again for the n-th draw, without an id that it has drawn; returns as {@link drawn} does. */
  redrawWithout(n: number, id: number): number {
    const request = this.#request(n);
    this.#kernels.memory.floats(request.logits + 4 * id, 1)[0] = Number.NEGATIVE_INFINITY;
    this.#draws.restart(n);
    this.#writePoints(n, request);
    this.drawNow(n);
    return this.drawn(n);
  }

  /** Gives the masked ids of the n-th draw the logits back that they had. */
  unmask(n: number): void {
    const { logits, masked = [] } = this.#request(n);
    const { memory } = this.#kernels;
    const row = memory.floats(logits, this.#size);
    const kept = memory.floats(this.#maskedOf(n) + 4 * masked.length, masked.length);
    for (const [m, id] of masked.entries()) row[id] = kept[m] ?? Number.NaN;
  }

  /** Draws one of `ids` by a row's logits [V], which need not be in the kernels' memory; the rest as in {@link drawn}. */
  drawFrom(logits: Float32Array, ids: Int32Array, sampling: Sampling, random: Random): number {
    this.begin(1);
    this.set(0, { logits: this.#pointerTo(logits), ids, sampling, random });
    this.drawNow(0);
    return this.drawn(0);
  }

  #pointerTo(logits: Float32Array): Pointer {
    const { memory } = this.#kernels;
    const pointer = memory.pointerTo(logits);
    if (pointer !== null) return pointer;
    memory.floats(this.#logitsCopy, this.#size).set(logits.subarray(0, this.#size));
    return this.#logitsCopy;
  }
}

/** A row whose logits are such numbers writes nothing. */
export function notNumbers(): DecodingError {
  return new DecodingError('the network gives logits that are not numbers, or far too large');
}
