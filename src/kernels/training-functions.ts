/** The functions for training that the compiled module exports. Each `encode...` returns the operation's number of tiles. */

import type { Pointer } from './memory.ts';

export interface TrainingFunctions {
  encodeMultiply(
    at: Pointer,
    left: Pointer,
    right: Pointer,
    rows: number,
    columns: number,
    inner: number,
    accumulate: boolean,
    bias: Pointer,
    result: Pointer,
    threads: number,
  ): number;
  encodePack(
    at: Pointer,
    left: boolean,
    source: Pointer,
    lines: number,
    lineBytes: number,
    inner: number,
    innerBytes: number,
    packed: Pointer,
  ): number;
  encodeCellForward(
    at: Pointer,
    cell: number,
    rows: number,
    hidden: number,
    z: Pointer,
    recurrent: Pointer,
    cBefore: Pointer,
    cAfter: Pointer,
    hBefore: Pointer,
    hAfter: Pointer,
  ): number;
  encodeCellBackward(
    at: Pointer,
    cell: number,
    rows: number,
    hidden: number,
    z: Pointer,
    recurrent: Pointer,
    cBefore: Pointer,
    cAfter: Pointer,
    hBefore: Pointer,
    dh: Pointer,
    dc: Pointer,
    dhBefore: Pointer,
  ): number;
  encodeCrossEntropy(
    at: Pointer,
    rows: number,
    logits: Pointer,
    width: number,
    targets: Pointer,
    nll: Pointer,
    scale: number,
    weights: Pointer,
  ): number;
  encodeMask(
    at: Pointer,
    rows: number,
    source: Pointer,
    width: number,
    mask: Pointer,
    period: number,
    result: Pointer,
  ): number;
  encodeScatter(
    at: Pointer,
    rows: number,
    source: Pointer,
    width: number,
    index: Pointer,
    result: Pointer,
  ): number;
  encodeScatterAdd(
    at: Pointer,
    rows: number,
    source: Pointer,
    width: number,
    index: Pointer,
    sums: Pointer,
  ): number;
  encodeSumColumns(
    at: Pointer,
    rows: number,
    matrix: Pointer,
    width: number,
    accumulate: boolean,
    sums: Pointer,
  ): number;
  encodeSumSquares(at: Pointer, numbers: Pointer, length: number, sums: Pointer): number;
  encodeClear(at: Pointer, numbers: Pointer, length: number): number;
  encodeUpdate(
    at: Pointer,
    length: number,
    parameters: Pointer,
    gradients: Pointer,
    mean: Pointer,
    square: Pointer,
    scale: number,
    beta1: number,
    oneMinusBeta1: number,
    beta2: number,
    oneMinusBeta2: number,
    correction: number,
    epsilon: number,
    rate: number,
  ): number;
}
