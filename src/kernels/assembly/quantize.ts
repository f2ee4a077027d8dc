/** Makes whole numbers of 16 bits of the states, for products of whole numbers (T i16 in `product.ts`). */

/** 1 becomes this. With eleven bits, states and weights lose about as much by rounding. */
export const QUANTIZED_ONE: i32 = 2047;

/**
 * Rows `from` to `to` − 1 of `matrix` [_, width], of numbers from −1 to 1, times QUANTIZED_ONE and rounded. Numbers beyond
 * become ±1, and NaN becomes 0. A row of `quantized` has an even number of 16-bit numbers; one beyond `width` is 0.
 */
export function quantize(matrix: usize, from: i32, to: i32, width: usize, quantized: usize): void {
  const stride = width << 2;
  const quantizedStride = ((width + 1) >> 1) << 2;
  const wholeEnd = (width & ~7) << 2;
  const one = f32x4.splat(<f32>QUANTIZED_ONE);
  for (let n = from; n < to; n++) {
    const row = matrix + <usize>n * stride;
    const result = quantized + <usize>n * quantizedStride;
    let at: usize = 0;
    for (; at < wholeEnd; at += 32) {
      const low = whole(v128.load(row + at), one);
      const high = whole(v128.load(row + at, 16), one);
      v128.store(result + (at >> 1), i16x8.narrow_i32x4_s(low, high));
    }
    for (; at < stride; at += 4) {
      const value = i32x4.extract_lane(whole(v128.load32_splat(row + at), one), 0);
      store<i16>(result + (at >> 1), <i16>value);
    }
    if ((width & 1) != 0) store<i16>(result + (stride >> 1), 0);
  }
}

@inline
function whole(values: v128, one: v128): v128 {
  const scaled = f32x4.max(f32x4.min(f32x4.mul(values, one), one), f32x4.neg(one));
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(scaled));
}
