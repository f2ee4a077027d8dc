/**
 * Loads the WebAssembly module that `npm run build` compiles from `assembly/`, and declares what it exports.
 *
 * Record layouts and numbers that both sides must agree on are constants of the compiled module. They are read here and
 * written down nowhere else in TypeScript.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { repositoryRoot } from '../system/package-root.ts';
import type { Pointer } from './memory.ts';
import type { TrainingFunctions } from './training-functions.ts';

/** The exported constants. `assembly/` says at each one what it means. */
export const CONSTANT_NAMES = [
  'HEAP_BASE',
  'CONTROL_BYTES',
  'OPERATION_BYTES',
  'PANEL_COLUMNS',
  'GROUP_COLUMNS',
  'PANEL_ROWS',
  'QUANTIZED_ONE',
  'TILE_NUMBERS',
  'SUMS_LENGTH',
  'CELL_LSTM',
  'CELL_GRU',
  'CELL_RNN',
  'DRAW_BYTES',
  'DRAW_LOGITS',
  'DRAW_IDS',
  'DRAW_COUNT',
  'DRAW_LOG_FREQUENCIES',
  'DRAW_SPECIFICITY',
  'DRAW_TEMPERATURE',
  'DRAW_MASKED',
  'DRAW_MASKED_COUNT',
  'DRAW_HIDDEN',
  'DRAW_SUMMED',
  'DRAW_RESUMED',
  'DRAW_TOP_P',
  'DRAW_POINTS',
  'DRAW_POINT_COUNT',
  'DRAW_OUTCOME',
  'DRAW_POINTS_USED',
  'DRAW_LOG_SUM_EXP',
  'NOTHING_LEFT',
  'MORE_POINTS',
  'NOT_NUMBERS',
] as const;

export type KernelConstants = { readonly [name in (typeof CONSTANT_NAMES)[number]]: number };

/** The exported functions. The `encode...` functions return how many tiles the operation has. */
export interface KernelFunctions extends TrainingFunctions {
  attach(control: Pointer, thread: number): void;
  setScratch(thread: number, scratch: Pointer): void;
  start(list: Pointer, end: Pointer): void;
  /** 0 if a worker has failed: the list will never be done. */
  finish(): number;
  fail(): void;
  /** 1 if a worker has failed. */
  failed(): number;
  stop(): void;
  /** 1 if the workers are to end. */
  stopped(): number;
  runWorker(looksBeforeSleep: number): void;
  drawOne(draws: Pointer, n: number, width: number, weights: Pointer, bias: Pointer): void;
  encodeProduct(
    at: Pointer,
    rows: number,
    first: Pointer,
    firstWidth: number,
    second: Pointer,
    secondWidth: number,
    weights: Pointer,
    bias: Pointer,
    result: Pointer,
    columns: number,
  ): number;
  encodeInt16Product(
    at: Pointer,
    rows: number,
    first: Pointer,
    firstWidth: number,
    second: Pointer,
    secondWidth: number,
    weights: Pointer,
    scales: Pointer,
    rowScales: Pointer,
    bias: Pointer,
    result: Pointer,
    columns: number,
  ): number;
  encodeQuantize(
    at: Pointer,
    rows: number,
    matrix: Pointer,
    width: number,
    quantized: Pointer,
    scales: Pointer,
    /** 1 for true. */
    scaled: number,
  ): number;
  encodeGates(
    at: Pointer,
    cell: number,
    rows: number,
    hidden: number,
    inputs: Pointer,
    index: Pointer,
    recurrent: Pointer,
    h: Pointer,
    c: Pointer,
  ): number;
  encodeAddBias(at: Pointer, rows: number, matrix: Pointer, width: number, bias: Pointer): number;
  encodeGather(
    at: Pointer,
    rows: number,
    matrix: Pointer,
    width: number,
    index: Pointer,
    gathered: Pointer,
  ): number;
  encodeGuide(
    at: Pointer,
    rows: number,
    matrix: Pointer,
    width: number,
    index: Pointer,
    other: Pointer,
    weights: Pointer,
    guided: Pointer,
  ): number;
  encodeDraws(
    at: Pointer,
    draws: Pointer,
    count: number,
    width: number,
    weights: Pointer,
    bias: Pointer,
  ): number;
}

export interface KernelInstance {
  readonly functions: KernelFunctions;
  readonly constants: KernelConstants;
}

let compiled: WebAssembly.Module | null = null;

/** The compiled module, one for each JavaScript thread. Throws an Error if `npm run build` has not been run. */
export function kernelModule(): WebAssembly.Module {
  if (compiled) return compiled;
  const bytes = readFileSync(join(repositoryRoot(), 'dist', 'kernels.wasm'));
  // In Node 20 fused multiply-add is behind a flag. Later versions need none.
  if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  compiled = new WebAssembly.Module(bytes);
  return compiled;
}

/** An instance of the module that works on `memory`. Throws a RangeError if a constant is missing. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelInstance {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { functions: exports as KernelFunctions, constants: readConstants(exports) };
}

/** Reads the constants from a module's exports. Throws a RangeError if one is missing. */
export function readConstants(exports: object): KernelConstants {
  const globals = exports as { readonly [name: string]: WebAssembly.Global | undefined };
  const entries = CONSTANT_NAMES.map((name) => {
    const value = globals[name]?.value;
    if (typeof value !== 'number') throw new RangeError(`the kernels export no constant ${name}`);
    return [name, value];
  });
  return Object.fromEntries(entries) as KernelConstants;
}
