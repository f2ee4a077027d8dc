/**
 * Our own arithmetic of decoding, in WebAssembly: gates and draws, four numbers at a time.
 *
 * While decoding, a row's few thousand gate values and five thousand logits cost far less here than the dozen tensor
 * operations that the engines would make of them, each a call into the engine, and a tenth of what they cost in
 * JavaScript. The source is `assembly/`, in AssemblyScript.
 *
 * One instance has one memory, which only grows. What works on it names places in it: bytes from its beginning.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CellName } from '../architecture.ts';
import { repositoryRoot } from '../paths.ts';

/** Bytes from the beginning of the memory. */
export type Place = number;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly base: WebAssembly.Global;
  lstm(rows: number, hidden: number, zx: Place, index: Place, u: Place, h: Place, c: Place): void;
  gru(rows: number, hidden: number, zx: Place, index: Place, u: Place, h: Place): void;
  rnn(rows: number, hidden: number, zx: Place, index: Place, u: Place, h: Place): void;
  addBias(matrix: Place, rows: number, width: number, bias: Place): void;
  columns(
    y: Place,
    width: number,
    weights: Place,
    bias: Place,
    ids: Place,
    count: number,
    logits: Place,
  ): void;
  logSumExp(logits: Place, length: number): number;
  weigh(
    logits: Place,
    ids: Place,
    count: number,
    common: Place,
    specificity: number,
    temperature: number,
    weights: Place,
  ): number;
  propose(count: number, weights: Place, nucleus: number, point: number): number;
}

const PAGE = 65_536;
/** Loads of four numbers are quickest when they do not straddle a line of the cache. */
const ALIGNMENT = 64;

let compiled: WebAssembly.Module | null = null;

/** Compiled once a thread; throws where `npm run build` has not been run. */
function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(join(repositoryRoot(), 'dist', 'kernels.wasm')));
  return compiled;
}

export class Kernels {
  readonly run: Exports;
  #next: number;

  constructor() {
    this.run = new WebAssembly.Instance(kernelModule()).exports as Exports;
    this.#next = Number(this.run.base.value);
  }

  /** Room for so many numbers of four bytes, zeros at first. It is never given back. */
  reserve(length: number): Place {
    const place = Math.ceil(this.#next / ALIGNMENT) * ALIGNMENT;
    this.#next = place + 4 * length;
    const { memory } = this.run;
    const missing = this.#next - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return place;
  }

  /** The numbers at a place. Good until room is next reserved. */
  floats(place: Place, length: number): Float32Array {
    return new Float32Array(this.run.memory.buffer, place, length);
  }

  integers(place: Place, length: number): Int32Array {
    return new Int32Array(this.run.memory.buffer, place, length);
  }

  /** Where an array stands in this memory; null where it is elsewhere. */
  placeOf(array: Float32Array): Place | null {
    return array.buffer === this.run.memory.buffer ? array.byteOffset : null;
  }

  /** A cell's gates for all rows; `states` has as many places as the cell has states, h first. */
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
    if (cell === 'lstm') this.run.lstm(rows, hidden, zx, index, u, h, c);
    else this.run[cell](rows, hidden, zx, index, u, h);
  }
}
