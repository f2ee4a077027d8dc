/** The optimisers and the norm of a gradient. They see all parameters as one array. */
import { sumOf } from '../lanes';
import { UpdateOperation } from './operations';

/** Vectors that are added in single precision before the sum goes on in double precision. */
const PART: usize = 256 * 16;

/** The sum of the squares of the numbers `from` to `to` − 1. Both are multiples of four. */
export function sumSquares(from: usize, to: usize, numbers: usize): f64 {
  const end = numbers + (to << 2);
  let total: f64 = 0;
  for (let at = numbers + (from << 2); at < end; ) {
    const partEnd = min(at + PART, end);
    let sum = f32x4.splat(0);
    for (; at < partEnd; at += 16) {
      const four = v128.load(at);
      sum = f32x4.add(sum, f32x4.mul(four, four));
    }
    total += sumOf(sum);
  }
  return total;
}

/** Adam (Kingma and Ba 2015) on the parameters `from` to `to` − 1. Both are multiples of four. */
export function adam(u: UpdateOperation, from: usize, to: usize): void {
  const scale = f32x4.splat(u.scale);
  const beta1 = f32x4.splat(u.beta1);
  const beta2 = f32x4.splat(u.beta2);
  const oneMinusBeta1 = f32x4.splat(u.oneMinusBeta1);
  const oneMinusBeta2 = f32x4.splat(u.oneMinusBeta2);
  const correction = f32x4.splat(u.correction);
  const epsilon = f32x4.splat(u.epsilon);
  const rate = f32x4.splat(u.rate);
  for (let at = from << 2; at < to << 2; at += 16) {
    const g = f32x4.mul(v128.load(u.gradients + at), scale);
    const oldMean = f32x4.mul(v128.load(u.mean + at), beta1);
    const mean = f32x4.add(oldMean, f32x4.mul(g, oneMinusBeta1));
    const oldSquare = f32x4.mul(v128.load(u.square + at), beta2);
    const square = f32x4.add(oldSquare, f32x4.mul(f32x4.mul(g, g), oneMinusBeta2));
    v128.store(u.mean + at, mean);
    v128.store(u.square + at, square);
    const root = f32x4.sqrt(f32x4.mul(square, correction));
    const move = f32x4.mul(f32x4.div(mean, f32x4.add(root, epsilon)), rate);
    v128.store(u.parameters + at, f32x4.sub(v128.load(u.parameters + at), move));
  }
}

/** RMSprop (Tieleman and Hinton 2012) on the parameters `from` to `to` − 1. Both are multiples of four. */
export function rmsprop(u: UpdateOperation, from: usize, to: usize): void {
  const scale = f32x4.splat(u.scale);
  const decay = f32x4.splat(u.beta2);
  const oneMinusDecay = f32x4.splat(u.oneMinusBeta2);
  const epsilon = f32x4.splat(u.epsilon);
  const rate = f32x4.splat(u.rate);
  for (let at = from << 2; at < to << 2; at += 16) {
    const g = f32x4.mul(v128.load(u.gradients + at), scale);
    const oldSquare = f32x4.mul(v128.load(u.square + at), decay);
    const square = f32x4.add(oldSquare, f32x4.mul(f32x4.mul(g, g), oneMinusDecay));
    v128.store(u.square + at, square);
    const move = f32x4.mul(f32x4.div(g, f32x4.add(f32x4.sqrt(square), epsilon)), rate);
    v128.store(u.parameters + at, f32x4.sub(v128.load(u.parameters + at), move));
  }
}
