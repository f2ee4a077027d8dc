/**
 * Draws a token from a row's logits: temperature, top-p and specificity over the tokens that are allowed. `Sampler` in
 * src/decoding describes the method.
 */
import { Draw, DRAW_BYTES, LARGEST_LOGIT, NOT_NUMBERS, NOTHING_LEFT } from './draw-record';
import { maxOf } from './lanes';
import { logSumExp } from './log-sum-exp';
import { propose, toWeights } from './proposal';
import { tokenLogits } from './token-logits';

/**
 * Runs the n-th draw of a list of `Draw` records: computes the logits that are missing, their log-sum-exp if it is
 * wanted, masks, scores the allowed tokens, and draws one of them. The outcome is NOT_NUMBERS if a score is NaN or above
 * LARGEST_LOGIT.
 *
 * `weights` [V, width] and `bias` [V] are the output's. `scratch` has room for one number for each allowed token, rounded
 * up to a multiple of four.
 */
export function draw(
  list: usize,
  n: i32,
  width: usize,
  weights: usize,
  bias: usize,
  scratch: usize,
): void {
  const d = changetype<Draw>(list + <usize>n * DRAW_BYTES);
  if (!d.resumed) {
    if (d.hidden) tokenLogits(d.hidden, <i32>width, weights, bias, d.ids, d.count, d.logits);
    if (d.summed) d.logSumExp = logSumExp(d.logits, d.summed);
    mask(d.logits, d.masked, d.maskedCount);
  }
  const max = score(d.logits, d.ids, d.count, d.logFrequencies, d.specificity, scratch);
  d.pointsUsed = 0;
  // A comparison with NaN is false.
  if (!(max <= LARGEST_LOGIT)) d.outcome = NOT_NUMBERS;
  else if (max == -Infinity) d.outcome = NOTHING_LEFT;
  else if (d.temperature == 0) d.outcome = indexOf(max, scratch, d.count);
  else d.outcome = propose(d, scratch, toWeights(scratch, d.count, max, d.temperature));
}

/** Sets the logits of the masked ids to −∞, and keeps what they were behind the ids. */
function mask(logits: usize, masked: usize, count: i32): void {
  const kept = masked + (<usize>count << 2);
  for (let m = 0; m < count; m++) {
    const at = <usize>m << 2;
    const logit = logits + (<usize>load<i32>(masked + at) << 2);
    store<f32>(kept + at, load<f32>(logit));
    store<f32>(logit, -Infinity);
  }
}

/** The index of the first of `count` numbers that equals `value`; NOT_NUMBERS if there is none. */
function indexOf(value: f32, numbers: usize, count: i32): i32 {
  for (let n = 0; n < count; n++) {
    if (load<f32>(numbers + (<usize>n << 2)) == value) return n;
  }
  return NOT_NUMBERS;
}

/** Writes the scores of the allowed tokens, logit − specificity · log-frequency; returns the highest, or NaN if one is. */
function score(
  logits: usize,
  ids: usize,
  count: i32,
  logFrequencies: usize,
  specificity: f32,
  scores: usize,
): f32 {
  if (count == 0) return -Infinity;
  const end = <usize>count << 2;
  const first = load<i32>(ids);
  // If every tone is allowed, the ids are those of all hanzi, which follow one another.
  const dense = load<i32>(ids + end - 4) - first == count - 1;
  const wholeEnd = dense ? <usize>(count & ~3) << 2 : 0;
  const denseLogits = logits + (<usize>first << 2);
  const denseFrequencies = logFrequencies + (<usize>first << 2);
  const share = f32x4.splat(specificity);
  const adjusted = specificity != 0;
  let most = f32x4.splat(-Infinity);
  let wrong = f32x4.splat(0);
  for (let at: usize = 0; at < wholeEnd; at += 16) {
    let value = v128.load(denseLogits + at);
    if (adjusted) value = f32x4.sub(value, f32x4.mul(share, v128.load(denseFrequencies + at)));
    v128.store(scores + at, value);
    most = f32x4.pmax(most, value);
    wrong = v128.or(wrong, f32x4.ne(value, value));
  }
  let anyWrong = v128.any_true(wrong);
  let max = maxOf(most);
  for (let at = wholeEnd; at < end; at += 4) {
    const id = <usize>load<i32>(ids + at) << 2;
    let value = load<f32>(logits + id);
    if (adjusted) value -= specificity * load<f32>(logFrequencies + id);
    store<f32>(scores + at, value);
    if (value > max) max = value;
    if (value != value) anyWrong = true;
  }
  return anyWrong ? NaN : max;
}
