/**
 * The arithmetic of decoding in WebAssembly: matrix products, gates of recurrent cells and draws, four numbers at a time
 * (SIMD) and by several threads. The code that computes is in `assembly/`.
 *
 * An engine would need a dozen tensor operations for a row's gates and logits, each with the cost of a call. Here they
 * cost much less, and about a tenth of what they cost in JavaScript.
 *
 * Operations are recorded in {@link Kernels.operations} and run later, in their order. Between `start` and `finish` the
 * worker threads compute and the main thread is free. Everything is computed in one memory, {@link Kernels.memory}.
 */

import { DrawList } from './draw-list.ts';
import { type Int16Weights, packInt16Weights, pairsOf } from './int16-packing.ts';
import { KernelMemory, newSharedMemory, type Pointer } from './memory.ts';
import { instantiate, type KernelInstance, kernelModule } from './module.ts';
import { OperationList, type OutputWeights, type QuantizedMatrix } from './operation-list.ts';
import { packWeights } from './packing.ts';
import { ThreadPool } from './thread-pool.ts';

export class Kernels {
  readonly memory: KernelMemory;
  readonly operations: OperationList;
  readonly #instance: KernelInstance;
  readonly #pool: ThreadPool;

  /**
   * Computes with `threads` threads, the caller's included. {@link dispose} ends the others. `program` is what they run
   * instead of taking tiles: tests let them die.
   */
  constructor(threads = 1, program?: URL) {
    const module = kernelModule();
    const shared = newSharedMemory();
    this.#instance = instantiate(module, shared);
    this.memory = new KernelMemory(shared, this.#instance.constants.HEAP_BASE);
    this.#pool = new ThreadPool(threads, module, this.#instance, shared, this.memory, program);
    this.operations = new OperationList(this.#instance, this.memory);
  }

  get threads(): number {
    return this.#pool.threads;
  }

  /** Copies weights [inputs, outputs] to the memory, packed for {@link OperationList.product}. */
  pack(weights: Float32Array, inputs: number): Pointer {
    return packWeights(this.memory, this.#instance.constants, weights, inputs);
  }

  /** Copies weights [Σ widths, outputs] to the memory, packed for {@link OperationList.int16Product}. */
  packInt16(weights: Float32Array, widths: readonly number[]): Int16Weights {
    return packInt16Weights(this.memory, this.#instance.constants, weights, widths);
  }

  /** Room for `rows` rows of `width` numbers that {@link OperationList.quantize} rounds. */
  newQuantizedMatrix(rows: number, width: number): QuantizedMatrix {
    const pairs = pairsOf(width);
    return { pointer: this.memory.alloc(rows * pairs), pairs, scales: this.memory.alloc(rows) };
  }

  /**
   * A list of `capacity` draws, each over at most `tokens` tokens. No operation may be running if `tokens` is larger than
   * in every call before.
   */
  newDrawList(capacity: number, tokens: number): DrawList {
    // The kernels work on four numbers at a time.
    this.#pool.ensureScratch(Math.ceil(tokens / 4) * 4);
    return new DrawList(this.memory, this.#instance.constants, capacity);
  }

  /** Runs the n-th draw of a list at once and in this thread, whatever the workers compute meanwhile. */
  drawNow(list: DrawList, n: number, { width, weights, bias }: OutputWeights): void {
    this.#instance.functions.drawOne(list.pointer, n, width, weights, bias);
  }

  /** Whether a worker thread has failed; {@link finish} then throws. */
  get failed(): boolean {
    return this.#pool.failed;
  }

  /** Finishes the operations that were started before, and starts those that were recorded since. */
  start(): void {
    this.finish();
    const list = this.operations.take();
    if (list) this.#pool.start(list);
  }

  /** Takes part in the operations that were started until they are done. Throws `WorkerThreadError`. */
  finish(): void {
    this.#pool.finish();
  }

  /** Runs all recorded operations. */
  run(): void {
    this.start();
    this.finish();
  }

  dispose(): void {
    this.finish();
    this.#pool.stop();
    this.memory.release();
  }
}
