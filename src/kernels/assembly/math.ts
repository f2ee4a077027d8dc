/** Exponential, sigmoid and hyperbolic tangent of four float32 numbers at a time. NaN stays NaN. */

const LOG2E: f32 = 1.44269504088896341;
/** ln 2 as a sum of two numbers, so that subtracting n · ln 2 does not round r. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

/** 1.5 · 2^23. Added to a small number, it leaves the nearest integer in the last bits of the sum. */
const ROUNDING: f32 = 12582912;

/**
 * e^x to within two units in the last place: 2^n · e^r with |r| ≤ ln 2 / 2, and e^r by the polynomial of the Cephes
 * library's expf (S. Moshier). Arguments beyond ±87 are treated as ±87.
 *
 * `pmin` and `pmax` take one instruction each, `min` and `max` take eight. With the operands in this order NaN stays NaN.
 */
@inline
export function exp(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87)), f32x4.splat(87));
  const sum = f32x4.add(f32x4.mul(bounded, f32x4.splat(LOG2E)), f32x4.splat(ROUNDING));
  const n = f32x4.sub(sum, f32x4.splat(ROUNDING));
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let p = f32x4.add(f32x4.mul(f32x4.splat(1.9875691500e-4), r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  const power = i32x4.add(i32x4.shl(sum, 23), i32x4.splat(127 << 23));
  return f32x4.mul(p, power);
}

/** The logistic function 1 / (1 + e⁻ˣ). */
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp(f32x4.neg(x))));
}

/** tanh x = 2σ(2x) − 1, to within 2e-7. */
@inline
export function tanh(x: v128): v128 {
  const y = sigmoid(f32x4.add(x, x));
  return f32x4.sub(f32x4.add(y, y), f32x4.splat(1));
}
