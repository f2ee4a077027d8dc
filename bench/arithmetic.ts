/** How fast an engine multiplies matrices as the service has it do: what everything else is held against. */

import { type EngineChoice, startEngine } from '../src/model/engine.ts';
import { decodingThreads } from '../src/model/kernels/helpers.ts';
import { Kernels, type Place } from '../src/model/kernels/kernels.ts';
import { Product } from '../src/model/product.ts';

/** As large as the products of the largest batch, and larger. */
const [M, K, N] = [256, 1024, 2048];
const LOOK_MS = 200;

/**
 * Large products by the same code and as many threads as decoding has, timed while the service rests. Looks are taken
 * before, between and after its measurements, so that whatever else runs on the machine slows both alike.
 */
export class ProductClock {
  readonly #kernels: Kernels;
  readonly #product: Product;
  readonly #left: Place;
  readonly #result: Place;
  readonly #looks: number[] = [];

  static async start(engine: EngineChoice): Promise<ProductClock> {
    await startEngine(engine);
    const clock = new ProductClock();
    await clock.look();
    clock.#looks.length = 0;
    return clock;
  }

  private constructor() {
    const kernels = new Kernels(decodingThreads());
    const values = (length: number) => Float32Array.from({ length }, () => 2 * Math.random() - 1);
    this.#kernels = kernels;
    this.#left = kernels.keep(values(M * K));
    this.#result = kernels.reserve(M * N);
    this.#product = new Product(kernels, values(K * N), K, null);
  }

  /** Multiplies for a moment. */
  async look(): Promise<void> {
    let products = 0;
    const started = performance.now();
    while (performance.now() - started < LOOK_MS) {
      await this.#product.write(M, this.#result, { at: this.#left, width: K });
      this.#kernels.run();
      products++;
    }
    this.#looks.push((1000 * products) / (performance.now() - started));
  }

  /** Multiply-adds a second: the median look's. */
  get rate(): number {
    const looks = this.#looks.toSorted((x, y) => x - y);
    return (looks[Math.floor(looks.length / 2)] ?? Number.NaN) * M * K * N;
  }

  /** Lets its threads and its memory go. */
  stop(): void {
    this.#product.dispose();
    this.#kernels.dispose();
  }
}
