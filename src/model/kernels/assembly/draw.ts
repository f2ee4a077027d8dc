/**
 * Drawing a character from logits, as `sampler.ts` describes it. Nothing is sorted: candidates are put into buckets
 * by how far they are behind the likeliest, and the nucleus is made of whole buckets.
 */
import { exp, round } from './math';

/**
 * What is e^10 times less likely than the likeliest candidate is never drawn, and does not count towards the
 * nucleus: it could not stand in one unless thousands were as unlikely.
 */
const REACH: f32 = 10;
const BUCKETS_PER_NAT: f32 = 32;
const BUCKETS = 320;

/**
 * The candidates' mass by bucket, relative to the likeliest's; the last holds what is out of reach. Four sums each, as
 * the next candidate often falls into the bucket of the one before, whose sum is not there yet.
 */
const mass = memory.data(16 * (BUCKETS + 1));
/** The mass of a bucket and of all before it. */
const sums = memory.data(8 * BUCKETS);

@inline
function massOf(bucket: i32): f64 {
  return sumOf(v128.load(mass + (<usize>bucket << 4)));
}

@inline
function sumOf(four: v128): f64 {
  const first = <f64>f32x4.extract_lane(four, 0) + <f64>f32x4.extract_lane(four, 1);
  return first + (<f64>f32x4.extract_lane(four, 2) + <f64>f32x4.extract_lane(four, 3));
}

/** The logarithm of Σ e^logit over `length` logits. NaN or infinite logits give NaN. */
export function logSumExp(logits: usize, length: i32): f64 {
  const end = logits + (<usize>length << 2);
  const wholeEnd = logits + (<usize>(length & ~3) << 2);
  // NaN is passed over here, and comes out of the sum.
  let most = f32x4.splat(-Infinity);
  for (let at = logits; at < wholeEnd; at += 16) most = f32x4.pmax(most, v128.load(at));
  for (let at = wholeEnd; at < end; at += 4) most = f32x4.pmax(most, v128.load32_splat(at));
  const max: f32 = Mathf.max(
    Mathf.max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    Mathf.max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
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

/**
 * The index among `count` candidates `ids` of the one drawn, or −1 where every candidate's logit is −Infinity or NaN.
 * `specificity` times `common[id]` is taken off a logit; temperature 0 takes the likeliest; `point` in [0, 1) says
 * where in the nucleus's mass the draw falls. `scores` and `buckets` are working memory for `count` numbers each,
 * rounded up to four.
 */
export function draw(
  logits: usize,
  ids: usize,
  count: i32,
  common: usize,
  specificity: f32,
  temperature: f32,
  nucleus: f64,
  point: f64,
  scores: usize,
  buckets: usize,
): i32 {
  const max = score(logits, ids, count, common, specificity, scores);
  if (max == -Infinity) return -1;
  if (temperature == 0) {
    for (let n = 0; n < count; n++) if (load<f32>(scores + (<usize>n << 2)) == max) return n;
  }
  weigh(count, max, temperature, scores, buckets);
  let all = f32x4.splat(0);
  for (let b = 0; b < BUCKETS; b++) all = f32x4.add(all, v128.load(mass + (<usize>b << 4)));
  const share = nucleus * sumOf(all);
  let within: f64 = 0;
  let last = 0;
  for (; last < BUCKETS && within < share; last++) {
    within += massOf(last);
    store<f64>(sums + (<usize>last << 3), within);
  }
  const wanted = point * within;
  let bucket = 0;
  while (bucket < last - 1 && load<f64>(sums + (<usize>bucket << 3)) <= wanted) bucket++;
  const rest = bucket == 0 ? wanted : wanted - load<f64>(sums + (<usize>(bucket - 1) << 3));
  return memberOf(bucket, rest, count, scores, buckets);
}

/** The candidate at which the mass `rest` of a bucket is used up. */
function memberOf(bucket: i32, rest: f64, count: i32, scores: usize, buckets: usize): i32 {
  const wanted = i32x4.splat(bucket);
  const end = <usize>count << 2;
  let left = rest;
  let member = -1;
  for (let at: usize = 0; at < end; at += 16) {
    if (!v128.any_true(i32x4.eq(v128.load(buckets + at), wanted))) continue;
    for (let each = at; each < at + 16; each += 4) {
      if (load<i32>(buckets + each) != bucket) continue;
      member = <i32>(each >> 2);
      left -= <f64>load<f32>(scores + each);
      if (left < 0) return member;
    }
  }
  return member;
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
  let max: f32 = Mathf.max(
    Mathf.max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    Mathf.max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  for (let at = wholeEnd; at < end; at += 4) {
    const id = <usize>load<i32>(ids + at) << 2;
    let value = load<f32>(logits + id);
    if (held) value -= specificity * load<f32>(common + id);
    store<f32>(scores + at, value);
    if (value > max) max = value;
  }
  return max;
}

/** Replaces scores by weights, e^((score − max) / temperature), and sorts them into buckets. */
function weigh(count: i32, max: f32, temperature: f32, scores: usize, buckets: usize): void {
  memory.fill(mass, 0, 16 * (BUCKETS + 1));
  const shift = f32x4.splat(max);
  const scale = f32x4.splat(1 / temperature);
  const furthest = f32x4.splat(-REACH);
  const perNat = f32x4.splat(-BUCKETS_PER_NAT);
  const half = f32x4.splat(0.5);
  // What stands after the last candidate is working memory too; its weight is of no account.
  for (let n = count; n & 3; n++) store<f32>(scores + (<usize>n << 2), -Infinity);
  const end = <usize>count << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const behind = f32x4.mul(f32x4.sub(v128.load(scores + at), shift), scale);
    // This maximum takes the bound where the number is NaN: out of reach, like −Infinity.
    const bounded = f32x4.pmax(furthest, behind);
    // Candidates come by falling frequency, so those out of reach stand together.
    if (!v128.any_true(f32x4.gt(bounded, furthest))) {
      v128.store(buckets + at, i32x4.splat(BUCKETS));
      continue;
    }
    v128.store(scores + at, exp(bounded));
    const bucket = round(f32x4.sub(f32x4.mul(bounded, perNat), half));
    v128.store(buckets + at, bucket);
    for (let lane: usize = 0; lane < 16; lane += 4) {
      const slot = mass + (<usize>load<i32>(buckets + at + lane) << 4) + lane;
      store<f32>(slot, load<f32>(slot) + load<f32>(scores + at + lane));
    }
  }
}
