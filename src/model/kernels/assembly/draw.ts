/** Drawing a character from logits, as `sampler.ts` describes it. */
import { exp } from './math';

/** What is e^16 times less likely than the likeliest candidate is never drawn. */
const REACH: f32 = 16;

@inline
function sumOf(four: v128): f64 {
  const first = <f64>f32x4.extract_lane(four, 0) + <f64>f32x4.extract_lane(four, 1);
  return first + (<f64>f32x4.extract_lane(four, 2) + <f64>f32x4.extract_lane(four, 3));
}

@inline
function maxOf(four: v128): f32 {
  return Mathf.max(
    Mathf.max(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
    Mathf.max(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
  );
}

/** The logarithm of Σ e^logit over `length` logits. NaN or infinite logits give NaN. */
export function logSumExp(logits: usize, length: i32): f64 {
  const end = logits + (<usize>length << 2);
  const wholeEnd = logits + (<usize>(length & ~3) << 2);
  // NaN is passed over here, and comes out of the sum.
  let most = f32x4.splat(-Infinity);
  for (let at = logits; at < wholeEnd; at += 16) most = f32x4.pmax(most, v128.load(at));
  for (let at = wholeEnd; at < end; at += 4) most = f32x4.pmax(most, v128.load32_splat(at));
  const max = maxOf(most);
  const shift = f32x4.splat(max);
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  let at = logits;
  for (; at + 32 <= wholeEnd; at += 32) {
    even = f32x4.add(even, exp(f32x4.sub(v128.load(at), shift)));
    odd = f32x4.add(odd, exp(f32x4.sub(v128.load(at, 16), shift)));
  }
  for (; at < wholeEnd; at += 16) even = f32x4.add(even, exp(f32x4.sub(v128.load(at), shift)));
  let sum = sumOf(f32x4.add(even, odd));
  for (; at < end; at += 4) {
    sum += <f64>f32x4.extract_lane(exp(f32x4.sub(v128.load32_splat(at), shift)), 0);
  }
  return <f64>max + Math.log(sum);
}

/** Of the last {@link weigh}: the mass of all candidates, and of those that are left, whose weight is above `limit`. */
let total: f64 = 0;
let left: f64 = 0;
let limit: f32 = 0;

/**
 * Gives `count` candidates `ids` weights to be drawn by, e^((score − highest score) / temperature), where the score is
 * the logit less `specificity` times `common[id]`. `weights` is room for `count` numbers, rounded up to four. Returns −1
 * where every logit is −Infinity or NaN; with temperature 0 there are no weights, and the likeliest candidate's index is
 * returned; else 0.
 */
export function weigh(
  logits: usize,
  ids: usize,
  count: i32,
  common: usize,
  specificity: f32,
  temperature: f32,
  weights: usize,
): i32 {
  const max = score(logits, ids, count, common, specificity, weights);
  if (max == -Infinity) return -1;
  const end = <usize>count << 2;
  if (temperature == 0) return indexOf(max, weights);
  // What stands after the last candidate has no weight.
  for (let n = count; n & 3; n++) store<f32>(weights + (<usize>n << 2), -Infinity);
  const shift = f32x4.splat(max);
  const scale = f32x4.splat(1 / temperature);
  const furthest = f32x4.splat(-REACH);
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const behind = f32x4.mul(f32x4.sub(v128.load(weights + at), shift), scale);
    // NaN is not greater than anything, so it has no weight either.
    const weight = v128.and(exp(behind), f32x4.gt(behind, furthest));
    v128.store(weights + at, weight);
    sum = f32x4.add(sum, weight);
  }
  total = sumOf(sum);
  left = total;
  limit = 0;
  return 0;
}

/** Where a number first stands; it does. */
function indexOf(value: f32, numbers: usize): i32 {
  let n = 0;
  while (load<f32>(numbers + (<usize>n << 2)) != value) n++;
  return n;
}

/**
 * Proposes a candidate of the last {@link weigh}: the one at `point`, in [0, 1), of the mass that is left. Returns its
 * index if it is of the nucleus: those more likely have less than the share `nucleus` of all mass. Else −1, and what is
 * no likelier than it is no longer left.
 *
 * So proposals that are accepted follow the nucleus's own distribution, exactly and without sorting anything.
 */
export function propose(count: i32, weights: usize, nucleus: f64, point: f64): i32 {
  const end = <usize>count << 2;
  const proposed = at(point * left, end, weights);
  const weight = load<f32>(weights + (<usize>proposed << 2));
  const threshold = f32x4.splat(weight);
  let above = f32x4.splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const four = v128.load(weights + at);
    above = f32x4.add(above, v128.and(four, f32x4.gt(four, threshold)));
  }
  const likelier = sumOf(above);
  // Nothing is likelier than the likeliest, so it is always taken.
  if (likelier < nucleus * total || likelier == 0) return proposed;
  left = likelier;
  limit = weight;
  return -1;
}

/** Bytes of so many weights as are first looked at as one. */
const BLOCK: usize = 256;

/** The candidate at which so much of the mass that is left is used up. */
function at(mass: f64, end: usize, weights: usize): i32 {
  const threshold = f32x4.splat(limit);
  let rest = mass;
  for (let block: usize = 0; block < end; block += BLOCK) {
    const blockEnd = min(block + BLOCK, end);
    let sum = f32x4.splat(0);
    for (let at = block; at < blockEnd; at += 16) {
      const four = v128.load(weights + at);
      sum = f32x4.add(sum, v128.and(four, f32x4.gt(four, threshold)));
    }
    const own = sumOf(sum);
    if (rest >= own) {
      rest -= own;
      continue;
    }
    let last: usize = block;
    for (let at = block; at < blockEnd; at += 4) {
      const weight = load<f32>(weights + at);
      if (weight <= limit) continue;
      last = at;
      rest -= <f64>weight;
      if (rest < 0) break;
    }
    return <i32>(last >> 2);
  }
  // Only rounding leads here: these sums were made in another order. The likeliest has weight 1.
  return indexOf(1, weights);
}

/** Writes what the candidates are drawn by; returns the highest. */
function score(
  logits: usize,
  ids: usize,
  count: i32,
  common: usize,
  specificity: f32,
  scores: usize,
): f32 {
  if (count == 0) return -Infinity;
  const end = <usize>count << 2;
  const first = load<i32>(ids);
  // Where any tone will do, the candidates are all hanzi, whose ids follow one another.
  const dense = load<i32>(ids + end - 4) - first == count - 1;
  const wholeEnd = dense ? <usize>(count & ~3) << 2 : 0;
  const from = logits + (<usize>first << 2);
  const less = common + (<usize>first << 2);
  const share = f32x4.splat(specificity);
  const held = specificity != 0;
  let most = f32x4.splat(-Infinity);
  for (let at: usize = 0; at < wholeEnd; at += 16) {
    let value = v128.load(from + at);
    if (held) value = f32x4.sub(value, f32x4.mul(share, v128.load(less + at)));
    v128.store(scores + at, value);
    most = f32x4.pmax(most, value);
  }
  let max = maxOf(most);
  for (let at = wholeEnd; at < end; at += 4) {
    const id = <usize>load<i32>(ids + at) << 2;
    let value = load<f32>(logits + id);
    if (held) value -= specificity * load<f32>(common + id);
    store<f32>(scores + at, value);
    if (value > max) max = value;
  }
  return max;
}
