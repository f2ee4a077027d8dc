/**
 * Drawing a character from logits: temperature and nucleus (Holtzman et al. 2020) over the candidates of a slot,
 * in plain TypeScript, from the row's own seeded generator.
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
}

export const SAMPLING: { readonly [mood in Mood]: Sampling } = {
  calm: { temperature: 0.6, nucleus: 0.8 },
  free: { temperature: 0.8, nucleus: 0.9 },
  wild: { temperature: 1.1, nucleus: 0.97 },
  greedy: { temperature: 0, nucleus: 1 },
};

const BUCKETS_PER_NAT = 32;
/** What is e^16 times less likely than the likeliest candidate is never drawn and adds nothing to a sum. */
const REACH = 16;
const BUCKETS = REACH * BUCKETS_PER_NAT;
const TABLE = Float64Array.from({ length: BUCKETS }, (_, i) => Math.exp(-i / BUCKETS_PER_NAT));

/** e^(−x) for a scaled x = 32·(nats) in [0, 512), to within 5e-8 relative: the table, and Taylor's third order. */
function decay(scaled: number): number {
  const i = scaled | 0;
  const d = (scaled - i) / BUCKETS_PER_NAT;
  return (TABLE[i] as number) * (1 - d * (1 - d * (0.5 - d / 6)));
}

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
    const scaled = (max - (logits[i] as number)) * BUCKETS_PER_NAT;
    // So written, NaN is not passed over.
    if (!(scaled >= BUCKETS)) sum += decay(scaled);
  }
  return max + Math.log(sum);
}

/** Draws with working memory of its own; one serves all rows of a thread. */
export class Sampler {
  readonly #mass = new Float64Array(BUCKETS);
  /** Of the candidates within reach of the likeliest: id, weight relative to it, bucket. */
  #kept = new Int32Array(0);
  #weights = new Float64Array(0);
  #buckets = new Int16Array(0);

  /**
   * One of `ids`, or −1 where every candidate's logit is −Infinity (banned) or there is none. `logits` are a
   * row's, beginning at `at`, indexed by id. With temperature 0 nothing is taken from `random`.
   */
  draw(logits: Float32Array, at: number, ids: Int32Array, sampling: Sampling, random: Random): number {
    let best = -1;
    let max = Number.NEGATIVE_INFINITY;
    for (let n = 0; n < ids.length; n++) {
      const value = logits[at + (ids[n] as number)] as number;
      if (value > max) {
        max = value;
        best = ids[n] as number;
      }
    }
    if (best < 0 || sampling.temperature === 0) return best;
    const count = this.#weigh(logits, at, ids, max, BUCKETS_PER_NAT / sampling.temperature);
    const { last, mass } = this.#nucleus(sampling.nucleus);
    return this.#pick(count, last, random.uniform() * mass);
  }

  /** Keeps the candidates within reach of the best; returns how many. */
  #weigh(logits: Float32Array, at: number, ids: Int32Array, max: number, scale: number): number {
    if (this.#kept.length < ids.length) {
      this.#kept = new Int32Array(ids.length);
      this.#weights = new Float64Array(ids.length);
      this.#buckets = new Int16Array(ids.length);
    }
    const mass = this.#mass.fill(0);
    const kept = this.#kept;
    const weights = this.#weights;
    const buckets = this.#buckets;
    let count = 0;
    for (let n = 0; n < ids.length; n++) {
      const id = ids[n] as number;
      const scaled = (max - (logits[at + id] as number)) * scale;
      if (!(scaled < BUCKETS)) continue;
      const weight = decay(scaled);
      const bucket = scaled | 0;
      kept[count] = id;
      weights[count] = weight;
      buckets[count] = bucket;
      mass[bucket] = (mass[bucket] as number) + weight;
      count++;
    }
    return count;
  }

  /**
   * The last bucket of the nucleus and the mass up to it. Whole buckets, likeliest first, until they hold the
   * share: what is within 1/32 nat of the nucleus's last member comes in with it, so nothing is sorted.
   */
  #nucleus(share: number): { last: number; mass: number } {
    let total = 0;
    for (let b = 0; b < BUCKETS; b++) total += this.#mass[b] as number;
    let mass = 0;
    for (let last = 0; last < BUCKETS; last++) {
      mass += this.#mass[last] as number;
      if (mass >= share * total) return { last, mass };
    }
    return { last: BUCKETS - 1, mass };
  }

  /** The member of the nucleus in which the point `at` of its mass lies. */
  #pick(count: number, last: number, at: number): number {
    let left = at;
    let member = -1;
    for (let n = 0; n < count; n++) {
      if ((this.#buckets[n] as number) > last) continue;
      member = this.#kept[n] as number;
      left -= this.#weights[n] as number;
      if (left < 0) break;
    }
    return member;
  }
}
