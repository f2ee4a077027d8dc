/** Sum and maximum of the four numbers of a vector. */

@inline
export function sumOf(four: v128): f64 {
  const first = <f64>f32x4.extract_lane(four, 0) + <f64>f32x4.extract_lane(four, 1);
  return first + (<f64>f32x4.extract_lane(four, 2) + <f64>f32x4.extract_lane(four, 3));
}

@inline
export function maxOf(four: v128): f32 {
  return Mathf.max(
    Mathf.max(f32x4.extract_lane(four, 0), f32x4.extract_lane(four, 1)),
    Mathf.max(f32x4.extract_lane(four, 2), f32x4.extract_lane(four, 3)),
  );
}
