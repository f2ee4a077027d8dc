/** The logarithm of a sum of exponentials. */
import { maxOf, sumOf } from './lanes';
import { exp } from './math';

/** The logarithm of Σ e^logit over `length` logits. NaN or infinite logits give NaN. */
export function logSumExp(logits: usize, length: i32): f64 {
  const end = logits + (<usize>length << 2);
  const wholeEnd = logits + (<usize>(length & ~3) << 2);
  // The maximum passes over NaN; the sum below becomes NaN.
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
