/**
 * Drawing a character from logits: temperature and nucleus (Holtzman et al. 2020) over the candidates of a slot,
 * in plain TypeScript, from the row's own seeded generator. What is likely everywhere is held back, so that what
 * belongs just here comes forward (the mutual-information objective of Li et al. 2016).
 *
 * A draw must stay well below the cost of the product that made the logits, so nothing is sorted, and e^x comes
 * from a table.
 */

import type { Mood } from '../poetry/request.ts';
import type { Random } from './random.ts';

export interface Sampling {
  /** Divides the logits; 0 takes the likeliest. */
  readonly temperature: number;
  /** The likeliest candidates that have so much probability together are drawn from; in (0, 1]. */
  readonly nucleus: number;
  /** So much of a character's log-frequency is taken off its logit; 0 takes the logits as they are. */
  readonly specificity?: number;
}

export const SAMPLING: { readonly [mood in Mood]: Sampling } = {
  calm: { temperature: 0.7, nucleus: 0.85, specificity: 0.25 },
  free: { temperature: 0.93, nucleus: 0.955, specificity: 0.38 },
  wild: { temperature: 1.05, nucleus: 0.97, specificity: 0.4 },
  greedy: { temperature: 0, nucleus: 1, specificity: 0 },
};

const STEPS_PER_NAT = 128;
/** What is e^16 times less likely than the likeliest adds nothing to a sum. */
const REACH = 16 * STEPS_PER_NAT;
const TABLE = Float64Array.from({ length: REACH + 1 }, (_, i) => Math.exp(-i / STEPS_PER_NAT));

/** e^(−x) for a scaled x = 128·(nats) in [0, 2048), to within 8e-8 relative: the table, and Taylor's second order. */
function decay(scaled: number): number {
  const i = scaled | 0;
  const d = (scaled - i) * (1 / STEPS_PER_NAT);
  return (TABLE[i] as number) * (1 - d * (1 - 0.5 * d));
}

/**
 * What is e^10 times less likely than the likeliest candidate is never drawn, and does not count towards the
 * nucleus: it could not stand in one unless thousands were as unlikely.
 */
const DRAW_REACH = 10 * STEPS_PER_NAT;
const STEPS_PER_BUCKET = 4;
const BUCKETS = DRAW_REACH / STEPS_PER_BUCKET;

/**
 * The logarithm of Σ e^logit over `length` logits from `at`: what turns a logit into the model's own
 * log-likelihood. NaN or infinite logits give NaN.
 */
export function logSumExp(logits: Float32Array, at: number, length: number): number {
  const end = at + length;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = at; i < end; i++) {
    const value = logits[i] as number;
    if (value > max) max = value;
  }
  let sum = 0;
  for (let i = at; i < end; i++) {
    const scaled = (max - (logits[i] as number)) * STEPS_PER_NAT;
    // So written, NaN is not passed over.
    if (!(scaled >= REACH)) sum += decay(scaled);
  }
  return max + Math.log(sum);
}

/** Draws with working memory of its own; one serves all rows of a thread. */
export class Sampler {
  readonly #logFrequencies: Float32Array | null;
  /** The candidates' mass by bucket, relative to the likeliest's; the last holds what is out of reach. */
  readonly #mass = new Float64Array(BUCKETS + 1);
  /** What the candidates are drawn by, and the bucket of each. */
  #scores = new Float64Array(0);
  #buckets = new Int16Array(0);

  /** `logFrequencies` [V] are the vocabulary's, by id; without them there is no specificity. */
  constructor(logFrequencies: Float32Array | null = null) {
    this.#logFrequencies = logFrequencies;
  }

  /**
   * One of `ids`, or −1 where every candidate's logit is −Infinity (banned) or there is none. `logits` are a
   * row's, beginning at `at`, indexed by id. With temperature 0 nothing is taken from `random`.
   */
  draw(logits: Float32Array, at: number, ids: Int32Array, sampling: Sampling, random: Random): number {
    const scores = this.#score(logits, at, ids, sampling.specificity ?? 0);
    let best = -1;
    let max = Number.NEGATIVE_INFINITY;
    for (let n = 0; n < ids.length; n++) {
      const value = scores[n] as number;
      if (value > max) {
        max = value;
        best = n;
      }
    }
    if (best < 0) return -1;
    if (sampling.temperature === 0) return ids[best] as number;
    const scale = STEPS_PER_NAT / sampling.temperature;
    this.#weigh(ids.length, max, scale);
    const { bucket, rest } = this.#bucketOf(sampling.nucleus, random.uniform());
    return ids[this.#memberOf(bucket, rest, ids.length, max, scale)] as number;
  }

  /** The candidates' logits, less their share of commonness; makes room for all candidates. */
  #score(logits: Float32Array, at: number, ids: Int32Array, specificity: number): Float64Array {
    if (this.#scores.length < ids.length) {
      this.#scores = new Float64Array(ids.length);
      this.#buckets = new Int16Array(ids.length);
    }
    const scores = this.#scores;
    const common = this.#logFrequencies;
    if (common === null || specificity === 0) {
      for (let n = 0; n < ids.length; n++) scores[n] = logits[at + (ids[n] as number)] as number;
      return scores;
    }
    for (let n = 0; n < ids.length; n++) {
      const id = ids[n] as number;
      scores[n] = (logits[at + id] as number) - specificity * (common[id] as number);
    }
    return scores;
  }

  /** Sorts the candidates into buckets by how far they are behind the likeliest. */
  #weigh(count: number, max: number, scale: number): void {
    const scores = this.#scores;
    const buckets = this.#buckets;
    const mass = this.#mass.fill(0);
    for (let n = 0; n < count; n++) {
      // NaN and −Infinity end out of reach, without a branch that would be guessed wrong.
      const scaled = Math.min((max - (scores[n] as number)) * scale, DRAW_REACH);
      const bucket = (scaled / STEPS_PER_BUCKET) | 0;
      buckets[n] = bucket;
      mass[bucket] = (mass[bucket] as number) + decay(scaled);
    }
  }

  /**
   * The bucket in which the point `at` (in [0, 1)) of the nucleus's mass lies, and how far in. The nucleus is
   * made of whole buckets, likeliest first, until they hold its share: what is within 1/32 nat of its last member
   * comes in with it, so nothing is sorted.
   */
  #bucketOf(share: number, at: number): { bucket: number; rest: number } {
    const mass = this.#mass;
    let total = 0;
    for (let b = 0; b < BUCKETS; b++) total += mass[b] as number;
    let nucleus = 0;
    for (let b = 0; b < BUCKETS && nucleus < share * total; b++) nucleus += mass[b] as number;
    let rest = at * nucleus;
    let bucket = 0;
    while (rest >= (mass[bucket] as number)) rest -= mass[bucket++] as number;
    return { bucket, rest };
  }

  /** The candidate at which the mass `rest` of a bucket is used up. */
  #memberOf(bucket: number, rest: number, count: number, max: number, scale: number): number {
    let left = rest;
    let member = -1;
    for (let n = 0; n < count; n++) {
      if (this.#buckets[n] !== bucket) continue;
      member = n;
      left -= decay((max - (this.#scores[n] as number)) * scale);
      if (left < 0) break;
    }
    return member;
  }
}
