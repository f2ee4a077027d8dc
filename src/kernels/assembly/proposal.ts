/**
 * Draws from the top-p part of a distribution without sorting it.
 *
 * A token is proposed with a probability proportional to its weight. It is accepted if it belongs to the top-p part: the
 * tokens heavier than it have less than the share top-p of the total weight. If it is rejected, the next proposal is made
 * from the heavier tokens only. The tokens that are accepted follow the top-p distribution exactly.
 */
import { Draw, DRAW_POINT_COUNT, DRAW_POINTS, MORE_POINTS, NOT_NUMBERS } from './draw-record';
import { sumOf } from './lanes';
import { exp } from './math';

/** A token that is e^16 times less likely than the likeliest one is never drawn. */
const REACH: f32 = 16;

/** Bytes of the weights that `tokenAt` adds up at once. */
const BLOCK_BYTES: usize = 256;

/**
 * Turns `count` scores into weights, e^((score − `max`) / `temperature`), in place; returns their sum. The numbers up to
 * the next multiple of four get the weight 0. So does NaN.
 */
export function toWeights(scores: usize, count: i32, max: f32, temperature: f32): f64 {
  const end = <usize>count << 2;
  for (let at = end; (at & 15) != 0; at += 4) store<f32>(scores + at, -Infinity);
  const shift = f32x4.splat(max);
  const scale = f32x4.splat(1 / temperature);
  const reach = f32x4.splat(-REACH);
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const exponent = f32x4.mul(f32x4.sub(v128.load(scores + at), shift), scale);
    // A comparison with NaN is false.
    const weight = v128.and(exp(exponent), f32x4.gt(exponent, reach));
    v128.store(scores + at, weight);
    sum = f32x4.add(sum, weight);
  }
  return sumOf(sum);
}

/**
 * Proposes tokens, each by one of the draw's points, until one is accepted; returns its index. Returns MORE_POINTS if all
 * points are used up, and NOT_NUMBERS if no token can be found. `total` is the sum of all weights.
 */
export function propose(draw: Draw, weights: usize, total: f64): i32 {
  const end = <usize>draw.count << 2;
  const points = changetype<usize>(draw) + DRAW_POINTS;
  const enough = draw.topP * total;
  let remaining = draw.resumed ? draw.remaining : total;
  let limit: f32 = draw.resumed ? draw.limit : 0;
  for (let used = 0; used < DRAW_POINT_COUNT; used++) {
    const proposed = tokenAt(load<f64>(points + (<usize>used << 3)) * remaining, weights, end, limit);
    if (proposed == NOT_NUMBERS) return NOT_NUMBERS;
    const weight = load<f32>(weights + (<usize>proposed << 2));
    const heavier = massAbove(weight, weights, end);
    // No token is heavier than the heaviest, so that one is always accepted.
    if (heavier < enough || heavier == 0) {
      draw.pointsUsed = used + 1;
      return proposed;
    }
    remaining = heavier;
    limit = weight;
  }
  draw.remaining = remaining;
  draw.limit = limit;
  draw.pointsUsed = DRAW_POINT_COUNT;
  return MORE_POINTS;
}

/** The sum of the weights above `weight`. */
function massAbove(weight: f32, weights: usize, end: usize): f64 {
  const threshold = f32x4.splat(weight);
  let above = f32x4.splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const four = v128.load(weights + at);
    above = f32x4.add(above, v128.and(four, f32x4.gt(four, threshold)));
  }
  return sumOf(above);
}

/**
 * The index of the token at which the cumulative sum of the weights above `limit` passes `mass`; NOT_NUMBERS if the
 * weights hold no 1, which is the weight of the heaviest token.
 */
function tokenAt(mass: f64, weights: usize, end: usize, limit: f32): i32 {
  const threshold = f32x4.splat(limit);
  let rest = mass;
  for (let block: usize = 0; block < end; block += BLOCK_BYTES) {
    const blockEnd = min(block + BLOCK_BYTES, end);
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
  // The sums above are rounded differently from `mass`, so the end can be passed. The heaviest token is taken then.
  for (let at: usize = 0; at < end; at += 4) {
    if (load<f32>(weights + at) == 1) return <i32>(at >> 2);
  }
  return NOT_NUMBERS;
}
