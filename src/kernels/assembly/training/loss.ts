/** The cross-entropy of predictions, and its gradient. */
import { logSumExp } from '../log-sum-exp';
import { exp } from '../math';

/**
 * For rows `from` to `to` − 1 of `logits` [_, width]: writes to `nll` the NLL in nats of the row's target. If `scale` is
 * not 0, the gradient overwrites the logits: (softmax − one-hot) · `scale` · the row's weight.
 */
export function crossEntropy(
  from: i32,
  to: i32,
  logits: usize,
  width: i32,
  targets: usize,
  nll: usize,
  scale: f32,
  weights: usize,
): void {
  for (let n = from; n < to; n++) {
    const row = logits + (<usize>n * <usize>width << 2);
    const end = row + (<usize>width << 2);
    const wholeEnd = row + (<usize>(width & ~3) << 2);
    const target = row + (<usize>load<i32>(targets + (<usize>n << 2)) << 2);
    const sum = logSumExp(row, width);
    store<f32>(nll + (<usize>n << 2), <f32>(sum - <f64>load<f32>(target)));
    if (scale == 0) continue;
    const factor = scale * load<f32>(weights + (<usize>n << 2));
    const four = f32x4.splat(factor);
    const shift = f32x4.splat(<f32>sum);
    let at = row;
    for (; at < wholeEnd; at += 16) {
      v128.store(at, f32x4.mul(exp(f32x4.sub(v128.load(at), shift)), four));
    }
    for (; at < end; at += 4) {
      const p = exp(f32x4.sub(v128.load32_splat(at), shift));
      store<f32>(at, f32x4.extract_lane(f32x4.mul(p, four), 0));
    }
    store<f32>(target, load<f32>(target) - factor);
  }
}
