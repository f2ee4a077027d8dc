/** How fast an engine multiplies matrices: what everything else is held against. */

import * as tf from '@tensorflow/tfjs-core';
import { type EngineChoice, startEngine } from '../src/model/engine.ts';

/** As large as the products of the largest batch, and larger. */
const [M, K, N] = [256, 1024, 2048];
const LOOK_MS = 200;

/**
 * Large products on an engine of this thread's own, timed while the service rests. Looks are taken before, between
 * and after its measurements, so that whatever else runs on the machine slows both alike.
 */
export class ProductClock {
  readonly #a: tf.Tensor2D;
  readonly #b: tf.Tensor2D;
  readonly #looks: number[] = [];

  static async start(engine: EngineChoice): Promise<ProductClock> {
    await startEngine(engine);
    const clock = new ProductClock();
    await clock.look();
    clock.#looks.length = 0;
    return clock;
  }

  private constructor() {
    this.#a = tf.randomUniform([M, K], -1, 1);
    this.#b = tf.randomUniform([K, N], -1, 1);
  }

  /** Multiplies for a moment, reading the results back like a tick's. */
  async look(): Promise<void> {
    let products = 0;
    const started = performance.now();
    while (performance.now() - started < LOOK_MS) {
      const c = tf.matMul(this.#a, this.#b);
      await c.data();
      c.dispose();
      products++;
    }
    this.#looks.push((1000 * products) / (performance.now() - started));
  }

  /** Multiply-adds a second: the median look's. */
  get rate(): number {
    const looks = this.#looks.toSorted((x, y) => x - y);
    return (looks[Math.floor(looks.length / 2)] ?? Number.NaN) * M * K * N;
  }
}
