import { expect, it, vi } from 'vitest';
import type { DrawList } from '../../src/kernels/draw-list.ts';
import { Kernels } from '../../src/kernels/kernels.ts';
import { kernelBytesInUse } from '../../src/kernels/memory.ts';
import { checkKernels } from '../../src/kernels/self-check.ts';
import { CELL_NAMES } from '../../src/model/architecture.ts';

it('passes on the kernels as they are built, and keeps no memory', () => {
  const before = kernelBytesInUse();
  checkKernels();
  expect(kernelBytesInUse()).toBe(before);
});

function expectFinding(kernels: Kernels, finding: RegExp): void {
  expect(() => checkKernels(kernels)).toThrow(
    expect.objectContaining({ name: 'KernelError', message: expect.stringMatching(finding) }),
  );
}

it('finds a product that leaves out its bias', () => {
  const kernels = new Kernels();
  const { operations } = kernels;
  const { product } = operations;
  vi.spyOn(operations, 'product').mockImplementation((rows, first, second, packed, _bias, result, columns) =>
    product.call(operations, rows, first, second, packed, 0, result, columns),
  );
  expectFinding(kernels, /^The WebAssembly kernels compute wrong results: a matrix product is off by \d/);
});

it('finds a product of whole numbers with other scales', () => {
  const kernels = new Kernels();
  const { operations } = kernels;
  const { int16Product } = operations;
  vi.spyOn(operations, 'int16Product').mockImplementation((rows, first, second, packed, ...rest) => {
    kernels.memory.floats(packed.scales, 1)[0] = 1;
    int16Product.call(operations, rows, first, second, packed, ...rest);
  });
  expectFinding(kernels, /: a matrix product of whole numbers is off by \d/);
});

it.each(CELL_NAMES)('finds a step of the %s cell that reads the input of another row', (name) => {
  const kernels = new Kernels();
  const { operations } = kernels;
  const { gates } = operations;
  vi.spyOn(operations, 'gates').mockImplementation((cell, rows, hidden, zx, index, u, states) => {
    if (cell === name) kernels.memory.integers(index, rows).fill(1);
    gates.call(operations, cell, rows, hidden, zx, index, u, states);
  });
  expectFinding(kernels, new RegExp(`WebAssembly kernels .+: one step of the ${name} cell is off by \\d`));
});

it('finds logits that are not a number', () => {
  const kernels = new Kernels();
  const { operations } = kernels;
  const { draws } = operations;
  vi.spyOn(operations, 'draws').mockImplementation((list, count, columns) => {
    kernels.memory.floats(columns.bias, 1).fill(Number.NaN);
    draws.call(operations, list, count, columns);
  });
  expectFinding(kernels, /WebAssembly kernels .+: a row of output logits is off by NaN/);
});

it('finds a draw that takes another token', () => {
  const kernels = new Kernels();
  vi.spyOn(kernels, 'newDrawList').mockImplementation(function (this: Kernels, capacity, tokens) {
    const list: DrawList = Kernels.prototype.newDrawList.call(kernels, capacity, tokens);
    vi.spyOn(list, 'outcome').mockReturnValue({ kind: 'nothing-left' });
    return list;
  });
  expectFinding(kernels, /WebAssembly kernels .+: the draw at temperature 0 is token -1, not \d+/);
});
