/** How fast an engine multiplies matrices: what everything else is held against. */

import * as tf from '@tensorflow/tfjs-core';
import { startEngine } from '../src/engines/engine.ts';
import type { EngineChoice } from '../src/engines/names.ts';
import { Kernels } from '../src/kernels/kernels.ts';
import { decodingThreads } from '../src/kernels/thread-pool.ts';

/** As large as the products of the largest batch, and larger. */
const [M, K, N] = [256, 1024, 2048];
const LOOK_MS = 200;

/** Results are read, which waits for them, once in so many: a copy is not arithmetic. */
const READ_EVERY = 8;

/**
 * Large products by what makes them while decoding: our own kernels with as many threads, or the engine. They are timed
 * while the service rests, before, between and after its measurements, so that whatever else runs on the machine slows
 * both alike.
 */
export class ProductClock {
  readonly #multiply: (times: number) => Promise<void>;
  readonly #stop: () => void;
  readonly #looks: number[] = [];

  static async start(engine: EngineChoice): Promise<ProductClock> {
    const { name } = await startEngine(engine);
    const clock = new ProductClock(name === 'wasm');
    await clock.look();
    clock.#looks.length = 0;
    return clock;
  }

  private constructor(byKernels: boolean) {
    const [a, b] = [randomMatrix(M * K), randomMatrix(K * N)];
    if (byKernels) {
      const kernels = new Kernels(decodingThreads());
      const left = { pointer: kernels.memory.upload(a), width: K };
      const [packed, result] = [kernels.pack(b, K), kernels.memory.alloc(M * N)];
      this.#multiply = async (times) => {
        for (let i = 0; i < times; i++) kernels.operations.product(M, left, null, packed, 0, result, N);
        kernels.run();
      };
      this.#stop = () => kernels.dispose();
    } else {
      const [left, right] = [tf.tensor2d(a, [M, K]), tf.tensor2d(b, [K, N])];
      this.#multiply = async (times) => {
        for (let i = 1; i < times; i++) tf.matMul(left, right).dispose();
        const last = tf.matMul(left, right);
        await last.data();
        last.dispose();
      };
      this.#stop = () => tf.dispose([left, right]);
    }
  }

  /** Multiplies for a moment. */
  async look(): Promise<void> {
    let products = 0;
    const started = performance.now();
    for (; performance.now() - started < LOOK_MS; products += READ_EVERY) await this.#multiply(READ_EVERY);
    this.#looks.push((1000 * products) / (performance.now() - started));
  }

  /** Multiply-adds a second: the median look's. */
  get rate(): number {
    const looks = this.#looks.toSorted((x, y) => x - y);
    return (looks[Math.floor(looks.length / 2)] ?? Number.NaN) * M * K * N;
  }

  /** Lets its threads and its memory go. */
  stop(): void {
    this.#stop();
  }
}

function randomMatrix(length: number): Float32Array {
  return Float32Array.from({ length }, () => 2 * Math.random() - 1);
}
