/** Drawing a character from logits, as `sampler.ts` describes it. */
import { exp } from './math';
import { columns } from './projection';

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
function logSumExp(logits: usize, length: i32): f64 {
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

/** What a draw is told and what it finds out, as `sampler.ts` writes and reads it: so many bytes, and what stands where. */
const DRAW: usize = 128;
/** What follows is told. The row's logits [V]. */
const LOGITS: usize = 0;
/** The candidates' ids, and how many they are. */
const IDS: usize = 4;
const COUNT: usize = 8;
/** The vocabulary's log-frequencies [V], of which `specificity` times as much is taken off a logit. */
const COMMON: usize = 12;
const SPECIFICITY: usize = 16;
const TEMPERATURE: usize = 20;
/** Ids that are barred, as many logits as they had, and how many they are. */
const BARRED: usize = 24;
const BARRED_COUNT: usize = 28;
/** What the output multiplies [width], where the candidates' logits are still to be made; else 0. */
const LOWERED: usize = 32;
/** Whether the logarithm of the sum over this many logits is asked for; else 0. */
const SUMMED: usize = 36;
/** Whether this draw was carried out before, and goes on with new points. */
const AGAIN: usize = 40;
const NUCLEUS: usize = 48;
/** So many points in [0, 1), one for each proposal. */
const POINTS: usize = 56;
const POINT_COUNT = 4;
/** What follows is found out. The drawn candidate's index, or one of these. */
const OUTCOME: usize = 88;
const NOTHING_LEFT = -1;
const MORE_POINTS = -2;
/** How many points were used. */
const USED: usize = 92;
const LOG_SUM_EXP: usize = 96;
/** The mass of what is left to propose, whose weight is above the limit. */
const LEFT: usize = 104;
const LIMIT: usize = 112;

/**
 * Carries out the n-th draw of a list: makes the logits that are missing, sums, bars, gives the candidates weights
 * (e^((score − highest score) / temperature)), and proposes until a candidate is taken or the points are used up.
 * `weights` [V, width] and `bias` [V] are the output's; `scratch` is room for a number a candidate, rounded up to four.
 */
export function draw(list: usize, n: i32, width: usize, weights: usize, bias: usize, scratch: usize): void {
  const at = list + <usize>n * DRAW;
  const logits = load<usize>(at + LOGITS);
  const ids = load<usize>(at + IDS);
  const count = load<i32>(at + COUNT);
  if (!load<i32>(at + AGAIN)) {
    const lowered = load<usize>(at + LOWERED);
    if (lowered) columns(lowered, <i32>width, weights, bias, ids, count, logits);
    const summed = load<i32>(at + SUMMED);
    if (summed) store<f64>(at + LOG_SUM_EXP, logSumExp(logits, summed));
    bar(logits, load<usize>(at + BARRED), load<i32>(at + BARRED_COUNT));
  }
  const temperature = load<f32>(at + TEMPERATURE);
  const max = score(logits, ids, count, load<usize>(at + COMMON), load<f32>(at + SPECIFICITY), scratch);
  store<i32>(at + USED, 0);
  if (max == -Infinity) store<i32>(at + OUTCOME, NOTHING_LEFT);
  else if (temperature == 0) store<i32>(at + OUTCOME, indexOf(max, scratch));
  else store<i32>(at + OUTCOME, propose(at, scratch, <usize>count << 2, weigh(scratch, count, max, temperature)));
}

function bar(logits: usize, barred: usize, count: i32): void {
  const kept = barred + (<usize>count << 2);
  for (let b = 0; b < count; b++) {
    const at = <usize>b << 2;
    const logit = logits + (<usize>load<i32>(barred + at) << 2);
    store<f32>(kept + at, load<f32>(logit));
    store<f32>(logit, -Infinity);
  }
}

/** Turns scores into weights; returns their sum. */
function weigh(weights: usize, count: i32, max: f32, temperature: f32): f64 {
  const end = <usize>count << 2;
  // The kernels work on four numbers at a time; what is beyond the last candidate weighs nothing.
  for (let at = end; (at & 15) != 0; at += 4) store<f32>(weights + at, -Infinity);
  const shift = f32x4.splat(max);
  const scale = f32x4.splat(1 / temperature);
  const reach = f32x4.splat(-REACH);
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const exponent = f32x4.mul(f32x4.sub(v128.load(weights + at), shift), scale);
    // NaN compares false, so it weighs nothing too.
    const weight = v128.and(exp(exponent), f32x4.gt(exponent, reach));
    v128.store(weights + at, weight);
    sum = f32x4.add(sum, weight);
  }
  return sumOf(sum);
}

function indexOf(value: f32, numbers: usize): i32 {
  let n = 0;
  while (load<f32>(numbers + (<usize>n << 2)) != value) n++;
  return n;
}

/**
 * Proposes candidates, each at a point in [0, 1) of the mass that is left, until one is of the nucleus: those more likely
 * have less than the share `nucleus` of all mass, `total`. Of one that is not, what is no likelier is no longer left.
 *
 * So proposals that are accepted follow the nucleus's own distribution, exactly and without sorting anything.
 */
function propose(draw: usize, weights: usize, end: usize, total: f64): i32 {
  const enough = load<f64>(draw + NUCLEUS) * total;
  const again = load<i32>(draw + AGAIN);
  let left = again ? load<f64>(draw + LEFT) : total;
  let limit: f32 = again ? load<f32>(draw + LIMIT) : 0;
  for (let used = 0; used < POINT_COUNT; used++) {
    const proposed = at(load<f64>(draw + POINTS + (<usize>used << 3)) * left, end, weights, limit);
    const weight = load<f32>(weights + (<usize>proposed << 2));
    const likelier = massAbove(weight, weights, end);
    // Nothing is likelier than the likeliest, so it is always taken.
    if (likelier < enough || likelier == 0) {
      store<i32>(draw + USED, used + 1);
      return proposed;
    }
    left = likelier;
    limit = weight;
  }
  store<f64>(draw + LEFT, left);
  store<f32>(draw + LIMIT, limit);
  store<i32>(draw + USED, POINT_COUNT);
  return MORE_POINTS;
}

function massAbove(weight: f32, weights: usize, end: usize): f64 {
  const threshold = f32x4.splat(weight);
  let above = f32x4.splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const four = v128.load(weights + at);
    above = f32x4.add(above, v128.and(four, f32x4.gt(four, threshold)));
  }
  return sumOf(above);
}

/** Bytes of so many weights as are first looked at as one. */
const BLOCK: usize = 256;

/** The candidate at which so much of the mass that is left is used up. */
function at(mass: f64, end: usize, weights: usize, limit: f32): i32 {
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
