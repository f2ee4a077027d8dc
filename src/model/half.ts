/** Converts between float32 and IEEE 754 half precision (float16), for weights on disk. Node 20 has no Float16Array. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Rounds each value to the nearest float16, ties to even. Values beyond 65504 become infinite. */
export function toHalf(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    float[0] = value;
    const [x = 0] = bits;
    const sign = (x >>> 16) & 0x8000;
    const magnitude = x & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      halves[i] = sign | 0x7e00; // not a number
    } else if (magnitude >= 0x477ff000) {
      halves[i] = sign | 0x7c00; // rounds past 65504
    } else if (magnitude >= 0x38800000) {
      halves[i] = sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x38000000) >>> 13);
    } else {
      // Subnormal: a float32 sum with 0.5 is rounded to units of 2^-24, as float16 is. Its last bits are the result.
      float[0] = Math.abs(value) + 0.5;
      const [sum = 0] = bits;
      halves[i] = sign | (sum - 0x3f000000);
    }
  }
  return halves;
}

/** The value of each of the 65,536 float16 numbers. */
let table: Float32Array | undefined;

export function fromHalf(halves: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, half) => decode(half));
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i] ?? 0] ?? 0;
  return values;
}

function decode(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
