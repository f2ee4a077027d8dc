/**
 * Our own arithmetic of decoding, in WebAssembly: products, gates and draws, four numbers at a time, by several threads.
 *
 * While decoding, a row's few thousand gate values and five thousand logits cost far less here than the dozen tensor
 * operations that the engines would make of them, each a call into the engine, and a tenth of what they cost in
 * JavaScript. The source is `assembly/`, in AssemblyScript.
 *
 * Jobs are written down and carried out later, in their order: `start` has the helpers begin, and this thread is free
 * until `finish`. One instance has one memory, which only grows. What works on it names places in it: bytes from its
 * beginning.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { CellName } from '../model/architecture.ts';
import { repositoryRoot } from '../system/package-root.ts';
import { startHelpers } from './helpers.ts';

/** Bytes from the beginning of the memory. */
export type Place = number;

/** Numbers, one row after the other; so many a row. */
export interface Matrix {
  readonly at: Place;
  readonly width: number;
}

/** Where the output stands for single columns. */
export interface Columns {
  /** What the output multiplies has so many numbers: E if it is tied, else H. */
  readonly width: number;
  /** [V, width]. */
  readonly weights: Place;
  /** [V]. */
  readonly bias: Place;
}

interface Exports {
  readonly base: WebAssembly.Global;
  attach(control: Place, thread: number): void;
  start(program: Place, end: Place): void;
  finish(): void;
  dismiss(): void;
  drawOne(list: Place, n: number, width: number, weights: Place, bias: Place): void;
}

const PAGE = 65_536;
/** Two gibibytes of addresses, not of memory. */
const MOST_PAGES = 32_768;
/** Loads of four numbers are quickest when they do not straddle a line of the cache. */
const ALIGNMENT = 64;

/** The control block and jobs, in numbers of four bytes, and what they are; as `assembly/crew.ts` has them. */
const CONTROL = 64;
const JOB = 16;
const MOST_JOBS = 64;
const KINDS = { product: 0, gates: 1, draws: 2, bias: 3, gather: 4 } as const;
const CELL_NUMBERS: { readonly [cell in CellName]: number } = { lstm: 0, gru: 1, rnn: 2 };

/** Columns that one piece of a product makes, and those that stand together in the packed weights; `assembly/tiles.ts`. */
const GROUP = 32;
const PANEL = 8;
/** What a piece of a job that is divided by rows computes, at least: a piece should be worth the taking. */
const NUMBERS = 2048;

let compiled: WebAssembly.Module | null = null;

/** Compiled once a thread. Throws where `npm run build` has not been run. */
function kernelModule(): WebAssembly.Module {
  if (compiled) return compiled;
  const bytes = readFileSync(join(repositoryRoot(), 'dist', 'kernels.wasm'));
  // Node 20 has multiplication and addition in one instruction behind a flag that later versions no longer need.
  if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  compiled = new WebAssembly.Module(bytes);
  return compiled;
}

/** Bytes of the memories that are in use in this thread. */
let bytesInUse = 0;

export class Kernels {
  readonly threads: number;
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  readonly #run: Exports;
  readonly #control: Place;
  #next: number;
  /** Up to here the memory has been used. */
  #dirty: Place = 0;
  #scratch = 0;
  /** Where programs are written: while one is carried out, the next is written elsewhere. */
  readonly #programs: [Place, Place];
  /** Jobs of the program that is being written. */
  #jobs = 0;
  #running = false;

  /** Works with so many threads, the caller's among them; with more than one, {@link dispose} lets the others go. */
  constructor(threads = 1) {
    const module = kernelModule();
    this.threads = threads;
    this.#run = new WebAssembly.Instance(module, { env: { memory: this.#memory } }).exports as Exports;
    bytesInUse += this.#memory.buffer.byteLength;
    this.#next = Number(this.#run.base.value);
    this.#control = this.reserve(CONTROL + threads);
    this.#programs = [this.reserve(MOST_JOBS * JOB), this.reserve(MOST_JOBS * JOB)];
    this.#run.attach(this.#control, 0);
    startHelpers(threads - 1, { module, memory: this.#memory, control: this.#control });
  }

  /** Of all kernels of this thread that were not disposed of. */
  static get bytes(): number {
    return bytesInUse;
  }

  dispose(): void {
    this.finish();
    this.#run.dismiss();
    bytesInUse -= this.#memory.buffer.byteLength;
  }

  /** Room for so many numbers of four bytes, zeros at first. It is given back only by {@link lend}. */
  reserve(length: number): Place {
    const place = Math.ceil(this.#next / ALIGNMENT) * ALIGNMENT;
    this.#next = place + 4 * length;
    const missing = this.#next - this.#memory.buffer.byteLength;
    if (missing > 0) bytesInUse += PAGE * this.#grow(Math.ceil(missing / PAGE));
    if (place < this.#dirty) this.floats(place, length).fill(0);
    return place;
  }

  #grow(pages: number): number {
    this.#memory.grow(pages);
    return pages;
  }

  /** What is reserved while `use` runs is given back when it ends. */
  async lend(use: () => Promise<void>): Promise<void> {
    const before = this.#next;
    try {
      await use();
    } finally {
      this.#dirty = Math.max(this.#dirty, this.#next);
      this.#next = before;
    }
  }

  /** Room for an array, and the array in it. */
  keep(values: Float32Array | Int32Array): Place {
    const place = this.reserve(values.length);
    if (values instanceof Int32Array) this.integers(place, values.length).set(values);
    else this.floats(place, values.length).set(values);
    return place;
  }

  /** The numbers at a place. */
  floats(place: Place, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, place, length);
  }

  integers(place: Place, length: number): Int32Array {
    return new Int32Array(this.#memory.buffer, place, length);
  }

  /** The bytes from a place on, to read and write as what they are. */
  view(place: Place, bytes: number): DataView {
    return new DataView(this.#memory.buffer, place, bytes);
  }

  /** Where an array stands in this memory; null where it is elsewhere. */
  placeOf(array: Float32Array): Place | null {
    return array.buffer === this.#memory.buffer ? array.byteOffset : null;
  }

  /** Gives each thread room for so many numbers, for {@link draws}. Nothing may be running. */
  reserveScratch(length: number): void {
    if (length <= this.#scratch) return;
    this.#scratch = length;
    const table = this.integers(this.#control + 4 * CONTROL, this.threads);
    for (let thread = 0; thread < this.threads; thread++) table[thread] = this.reserve(length);
  }

  /**
   * Weights [K, M] as {@link multiply} wants them: groups of panels, a panel eight columns, all k of a panel after one
   * another; columns beyond M are zero.
   */
  pack(weights: Float32Array, K: number): Place {
    const M = weights.length / K;
    const columns = Math.ceil(M / GROUP) * GROUP;
    const place = this.reserve(columns * K);
    const packed = this.floats(place, columns * K);
    for (let m = 0; m < M; m += PANEL) {
      const width = Math.min(PANEL, M - m);
      for (let k = 0; k < K; k++) {
        for (let j = 0; j < width; j++) packed[m * K + k * PANEL + j] = weights[k * M + m + j] as number;
      }
    }
    return place;
  }

  /**
   * A job: `result` [rows, columns] = `first` and `second` side by side · `packed` + `bias`, where `bias` 0 stands for
   * none.
   */
  multiply(
    rows: number,
    first: Matrix,
    second: Matrix | null,
    packed: Place,
    bias: Place,
    result: Place,
    columns: number,
  ): void {
    const [left, k, left2, k2] = [first.at, first.width, second?.at ?? 0, second?.width ?? 0];
    const pieces = Math.ceil(columns / GROUP);
    this.#write(KINDS.product, pieces, [left, k, left2, k2, rows, packed, bias, result, columns]);
  }

  /** A job: a cell's gates for all rows; `states` has as many places as the cell has states, h first. */
  gates(
    cell: CellName,
    rows: number,
    hidden: number,
    zx: Place,
    index: Place,
    u: Place,
    states: readonly Place[],
  ): void {
    const [h = 0, c = 0] = states;
    this.#writeByRows(KINDS.gates, rows, hidden, [CELL_NUMBERS[cell], hidden, zx, index, u, h, c]);
  }

  /** A job: adds `bias` [width] to each row of a matrix. */
  addBias(rows: number, { at, width }: Matrix, bias: Place): void {
    this.#writeByRows(KINDS.bias, rows, width, [at, width, bias]);
  }

  /** A job: copies the rows of a matrix that `index` names, so many of them, to `gathered`. */
  gather(rows: number, { at, width }: Matrix, index: Place, gathered: Place): void {
    this.#writeByRows(KINDS.gather, rows, width, [at, index, width, gathered]);
  }

  /** A job: carries out the first `count` draws of a list, as `sampler.ts` writes them. */
  draws(list: Place, count: number, { width, weights, bias }: Columns): void {
    this.#write(KINDS.draws, count, [list, width, weights, bias]);
  }

  /** Carries out a single draw at once, in this thread, whatever others compute meanwhile. */
  drawOne(list: Place, n: number, { width, weights, bias }: Columns): void {
    this.#run.drawOne(list, n, width, weights, bias);
  }

  #writeByRows(kind: number, rows: number, width: number, rest: readonly number[]): void {
    const each = Math.max(1, Math.floor(NUMBERS / width));
    this.#write(kind, Math.ceil(rows / each), [rows, each, ...rest]);
  }

  #write(kind: number, pieces: number, args: readonly number[]): void {
    if (pieces === 0) return;
    if (this.#jobs === MOST_JOBS) throw new RangeError(`a program has no more than ${MOST_JOBS} jobs`);
    const job = this.integers(this.#programs[0] + 4 * JOB * this.#jobs++, JOB);
    job[0] = kind;
    job[1] = pieces;
    job.set(args, 2);
  }

  /** Begins the jobs that were written down, once those that were begun before are done. */
  start(): void {
    this.finish();
    if (this.#jobs === 0) return;
    const [program, other] = this.#programs;
    const end = program + 4 * JOB * this.#jobs;
    this.#programs[0] = other;
    this.#programs[1] = program;
    this.#jobs = 0;
    this.#running = true;
    this.#run.start(program, end);
  }

  /** Takes part in what was begun until it is done. */
  finish(): void {
    if (!this.#running) return;
    this.#run.finish();
    this.#running = false;
  }

  /** Carries out all jobs that were written down. */
  run(): void {
    this.start();
    this.finish();
  }
}
