import { describe, expect, test } from 'vitest';
import { DrawList } from '../../src/kernels/draw-list.ts';
import { KernelMemory, newSharedMemory } from '../../src/kernels/memory.ts';
import {
  CONSTANT_NAMES,
  instantiate,
  type KernelConstants,
  kernelModule,
  readConstants,
} from '../../src/kernels/module.ts';
import { OperationList } from '../../src/kernels/operation-list.ts';
import { packWeights } from '../../src/kernels/packing.ts';

const shared = newSharedMemory();
const instance = instantiate(kernelModule(), shared);
const { constants } = instance;
const memory = new KernelMemory(shared, constants.HEAP_BASE);

/** The fields of a draw and their sizes in bytes. */
const DRAW_FIELDS = [
  ...(['LOGITS', 'IDS', 'COUNT', 'LOG_FREQUENCIES', 'SPECIFICITY', 'TEMPERATURE'] as const),
  ...(['MASKED', 'MASKED_COUNT', 'HIDDEN', 'SUMMED', 'RESUMED', 'OUTCOME', 'POINTS_USED'] as const),
].map((name) => ({ offset: constants[`DRAW_${name}`], size: 4 }));
DRAW_FIELDS.push(
  { offset: constants.DRAW_TOP_P, size: 8 },
  { offset: constants.DRAW_LOG_SUM_EXP, size: 8 },
  { offset: constants.DRAW_POINTS, size: 8 * constants.DRAW_POINT_COUNT },
);

describe('the constants of the compiled module', () => {
  test('are read from it, and a missing one is an error', () => {
    const globals = Object.fromEntries(CONSTANT_NAMES.map((name, i) => [name, { value: 100 + i }]));
    const read = readConstants(globals);
    for (const [i, name] of CONSTANT_NAMES.entries()) expect(read[name]).toBe(100 + i);
    const { DRAW_TOP_P: _, ...rest } = globals;
    expect(() => readConstants(rest)).toThrow(/DRAW_TOP_P/);
  });

  test('give each field of a draw room of its own', () => {
    const used = new Set<number>();
    for (const { offset, size } of DRAW_FIELDS) {
      expect(offset % Math.min(size, 8)).toBe(0);
      for (let byte = offset; byte < offset + size; byte++) {
        expect(used.has(byte)).toBe(false);
        expect(byte).toBeLessThan(constants.DRAW_BYTES);
        used.add(byte);
      }
    }
  });

  test('say where a draw list reads and writes', () => {
    // The record backwards: right only if no offset is written down in TypeScript.
    const names = CONSTANT_NAMES.filter((name) => name.startsWith('DRAW_') && name !== 'DRAW_POINT_COUNT');
    const moved = Object.fromEntries(names.map((name, i) => [name, 8 * (names.length - 1 - i)]));
    const layout: KernelConstants = { ...constants, ...moved, DRAW_BYTES: 1024, DRAW_POINTS: 512 };
    const list = new DrawList(memory, layout, 2);
    const inputs = { logits: 1, ids: 2, count: 3, logFrequencies: 4, masked: 5, maskedCount: 6, hidden: 7 };
    list.write(1, { ...inputs, specificity: 0.5, temperature: 0.25, topP: 0.75, summed: 8 });
    list.writePoints(1, (i) => i / 8);
    const view = memory.view(list.pointer + 1024, 1024);
    expect(view.getInt32(layout.DRAW_LOGITS, true)).toBe(1);
    expect(view.getInt32(layout.DRAW_MASKED_COUNT, true)).toBe(6);
    expect(view.getFloat32(layout.DRAW_TEMPERATURE, true)).toBe(0.25);
    expect(view.getFloat64(layout.DRAW_TOP_P, true)).toBe(0.75);
    expect(view.getFloat64(512 + 8, true)).toBe(1 / 8);
    view.setInt32(layout.DRAW_OUTCOME, layout.NOTHING_LEFT, true);
    expect(list.outcome(1)).toEqual({ kind: 'nothing-left' });
    view.setInt32(layout.DRAW_OUTCOME, 9, true);
    expect(list.outcome(1)).toEqual({ kind: 'drawn', index: 9 });
  });

  test('say how weights are packed', () => {
    // Two inputs, three outputs; panels of two columns, groups of four.
    const layout = { PANEL_COLUMNS: 2, GROUP_COLUMNS: 4 };
    const packed = packWeights(memory, layout, Float32Array.of(1, 2, 3, 4, 5, 6), 2);
    expect([...memory.floats(packed, 8)]).toEqual([1, 2, 4, 5, 3, 0, 6, 0]);
  });

  test('say which cell an operation means, and how far apart operations are', () => {
    const cells: number[] = [];
    const ats: number[] = [];
    const functions = {
      ...instance.functions,
      encodeGates: (at: number, cell: number) => {
        ats.push(at);
        cells.push(cell);
        return 1;
      },
    };
    const changed = { ...constants, CELL_LSTM: 7, CELL_GRU: 5, CELL_RNN: 6, OPERATION_BYTES: 96 };
    const list = new OperationList({ functions, constants: changed }, memory);
    for (const cell of ['lstm', 'gru', 'rnn'] as const) list.gates(cell, 1, 1, 0, 0, 0, { h: 0, c: null });
    expect(cells).toEqual([7, 5, 6]);
    expect(ats.map((at) => at - (ats[0] ?? 0))).toEqual([0, 96, 192]);
  });
});
