/** Measures how fast an engine multiplies matrices. This is the limit that other measurements are compared with. */

import * as tf from '@tensorflow/tfjs-core';
import { fastestProducts } from '../src/decoding/product-kinds.ts';
import { startEngine } from '../src/engines/engine.ts';
import type { EngineChoice } from '../src/engines/names.ts';
import { Kernels } from '../src/kernels/kernels.ts';
import { decodingThreads } from '../src/kernels/thread-pool.ts';
import { TrainingKernels } from '../src/kernels/training-kernels.ts';
import { matMul, type Precision, withPrecision } from '../src/training/network/ops.ts';

/** Who uses the products: decoding and training multiply with kernels of their own. */
export type ProductUse = 'decoding' | 'training';

/** The sizes of the product: larger than those of the largest batch. */
const [M, K, N] = [256, 1024, 2048];
const LOOK_MS = 200;

/** Products between two reads of a result. A read waits for the engine, but copying is not arithmetic. */
const READ_EVERY = 8;

/**
 * Times large products, made as decoding or training makes them: by the project's own kernels with as many threads, or by
 * the engine. It measures before, between and after the measurements of the service, while the service is idle, so that
 * other load on the machine slows both alike.
 */
export class ProductClock {
  readonly #multiply: (times: number) => Promise<void>;
  readonly #stop: () => void;
  readonly #looks: number[] = [];

  static async start(
    engine: EngineChoice,
    use: ProductUse = 'decoding',
    precision: Precision = 'float32',
  ): Promise<ProductClock> {
    const { name } = await startEngine(engine);
    const clock =
      use === 'training' ? new ProductClock(name === 'wasm', use, precision) : ProductClock.#ofDecoding();
    await clock.look();
    clock.#looks.length = 0;
    return clock;
  }

  /** As the large products of decoding on this thread's engine. */
  static #ofDecoding(): ProductClock {
    const kind = fastestProducts();
    const precision = kind === 'engine-bfloat16' ? 'bfloat16' : 'float32';
    return new ProductClock(kind === 'kernels-int16', 'decoding', precision);
  }

  private constructor(byKernels: boolean, use: ProductUse, precision: Precision) {
    const [a, b] = [randomMatrix(M * K), randomMatrix(K * N)];
    if (byKernels && use === 'training') {
      const kernels = new TrainingKernels();
      const { memory, operations } = kernels;
      const packed = [memory.alloc(operations.leftLength(M, K)), memory.alloc(operations.rightLength(N, K))];
      const [left, right] = [memory.upload(a), memory.upload(b)];
      const result = memory.alloc(M * N);
      const factors = {
        left: operations.packLeft({ pointer: left, rows: M, columns: K }, packed[0] ?? 0),
        right: operations.packRight({ pointer: right, rows: K, columns: N }, packed[1] ?? 0),
      };
      this.#multiply = async (times) => {
        for (let i = 0; i < times; i++) operations.multiply(factors.left, factors.right, result);
        operations.run();
      };
      this.#stop = () => kernels.dispose();
    } else if (byKernels) {
      const kernels = new Kernels(decodingThreads());
      const [packed, result] = [kernels.packInt16(b, [K]), kernels.memory.alloc(M * N)];
      // As whole numbers, like most of the products of decoding.
      const left = kernels.newQuantizedMatrix(M, K);
      kernels.operations.quantize(M, { pointer: kernels.memory.upload(a), width: K }, left, true);
      this.#multiply = async (times) => {
        for (let i = 0; i < times; i++) kernels.operations.int16Product(M, left, null, packed, 0, result, N);
        kernels.run();
      };
      this.#stop = () => kernels.dispose();
    } else {
      const [left, right] = [tf.tensor2d(a, [M, K]), tf.tensor2d(b, [K, N])];
      this.#multiply = (times) =>
        withPrecision(precision, async () => {
          for (let i = 1; i < times; i++) matMul(left, right).dispose();
          const last = matMul(left, right);
          await last.data();
          last.dispose();
        });
      this.#stop = () => tf.dispose([left, right]);
    }
  }

  /** Multiplies for a fifth of a second. */
  async look(): Promise<void> {
    let products = 0;
    const started = performance.now();
    for (; performance.now() - started < LOOK_MS; products += READ_EVERY) await this.#multiply(READ_EVERY);
    this.#looks.push((1000 * products) / (performance.now() - started));
  }

  /** Multiply-adds a second, the median of all looks. */
  get rate(): number {
    const looks = this.#looks.toSorted((x, y) => x - y);
    return (looks[Math.floor(looks.length / 2)] ?? Number.NaN) * M * K * N;
  }

  /** Frees its threads and its memory. */
  stop(): void {
    this.#stop();
  }
}

function randomMatrix(length: number): Float32Array {
  return Float32Array.from({ length }, () => 2 * Math.random() - 1);
}
