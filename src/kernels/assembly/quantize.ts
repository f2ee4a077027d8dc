/** Makes whole numbers of 16 bits of the rows of a matrix, for products of whole numbers (T i16 in `product.ts`). */
import { maxOf } from './lanes';

/** The scale of a row becomes this. With eleven bits, rows and weights lose about as much by rounding. */
export const QUANTIZED_ONE: i32 = 2047;

/**
 * Rows `from` to `to` − 1 of `matrix` [_, width], divided by the row's scale, times QUANTIZED_ONE and rounded. If `scaled`,
 * a row's scale is its largest absolute number; otherwise it is 1, and numbers beyond ±1 become ±1. The scales are written
 * to `scales`. NaN becomes 0, or makes the scale NaN. A row of `quantized` has an even number of 16-bit numbers; one beyond
 * `width` is 0.
 */
export function quantize(
  matrix: usize,
  from: i32,
  to: i32,
  width: usize,
  quantized: usize,
  scales: usize,
  scaled: bool,
): void {
  const stride = width << 2;
  const quantizedStride = ((width + 1) >> 1) << 2;
  const wholeEnd = (width & ~7) << 2;
  const most = f32x4.splat(<f32>QUANTIZED_ONE);
  for (let n = from; n < to; n++) {
    const row = matrix + <usize>n * stride;
    const result = quantized + <usize>n * quantizedStride;
    const scale = scaled ? largest(row, stride) : 1;
    store<f32>(scales + (<usize>n << 2), scale);
    const factor = f32x4.splat(<f32>QUANTIZED_ONE / scale);
    let at: usize = 0;
    for (; at < wholeEnd; at += 32) {
      const low = whole(v128.load(row + at), factor, most);
      const high = whole(v128.load(row + at, 16), factor, most);
      v128.store(result + (at >> 1), i16x8.narrow_i32x4_s(low, high));
    }
    for (; at < stride; at += 4) {
      const value = i32x4.extract_lane(whole(v128.load32_splat(row + at), factor, most), 0);
      store<i16>(result + (at >> 1), <i16>value);
    }
    if ((width & 1) != 0) store<i16>(result + (stride >> 1), 0);
  }
}

@inline
function whole(values: v128, factor: v128, most: v128): v128 {
  const scaled = f32x4.max(f32x4.min(f32x4.mul(values, factor), most), f32x4.neg(most));
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(scaled));
}

/** The largest absolute number of a row; 1 if all are 0, NaN if one is NaN. */
function largest(row: usize, stride: usize): f32 {
  const wholeEnd = stride & ~15;
  let four = f32x4.splat(0);
  let at: usize = 0;
  for (; at < wholeEnd; at += 16) four = f32x4.max(four, f32x4.abs(v128.load(row + at)));
  for (; at < stride; at += 4) four = f32x4.max(four, f32x4.abs(v128.load32_splat(row + at)));
  const max = maxOf(four);
  return max == 0 ? 1 : max;
}
