import { expect, it, vi } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.ts';
import { checkKernels } from '../../src/kernels/self-check.ts';
import { CELL_NAMES } from '../../src/model/architecture.ts';

it('passes on the kernels as they are built, and keeps no memory', () => {
  const before = Kernels.bytes;
  checkKernels();
  expect(Kernels.bytes).toBe(before);
});

function expectFinding(kernels: Kernels, finding: RegExp): void {
  expect(() => checkKernels(kernels)).toThrow(
    expect.objectContaining({ name: 'KernelError', message: expect.stringMatching(finding) }),
  );
}

it('finds a product that leaves out its bias', () => {
  const kernels = new Kernels();
  const { multiply } = kernels;
  vi.spyOn(kernels, 'multiply').mockImplementation((rows, first, second, packed, _bias, result, columns) =>
    multiply.call(kernels, rows, first, second, packed, 0, result, columns),
  );
  expectFinding(kernels, /^The WebAssembly kernels compute wrong results: a matrix product is off by \d/);
});

it.each(CELL_NAMES)('finds a step of the %s cell that reads the input of another row', (name) => {
  const kernels = new Kernels();
  const { gates } = kernels;
  vi.spyOn(kernels, 'gates').mockImplementation((cell, rows, hidden, zx, index, u, states) => {
    if (cell === name) kernels.integers(index, rows).fill(1);
    gates.call(kernels, cell, rows, hidden, zx, index, u, states);
  });
  expectFinding(kernels, new RegExp(`WebAssembly kernels .+: one step of the ${name} cell is off by \\d`));
});

it('finds logits that are not a number', () => {
  const kernels = new Kernels();
  const { draws } = kernels;
  vi.spyOn(kernels, 'draws').mockImplementation((list, count, columns) => {
    kernels.floats(columns.bias, 1).fill(Number.NaN);
    draws.call(kernels, list, count, columns);
  });
  expectFinding(kernels, /WebAssembly kernels .+: a row of output logits is off by NaN/);
});

it('finds a draw that takes another token', () => {
  const kernels = new Kernels();
  const { draws, run } = kernels;
  let list = 0;
  vi.spyOn(kernels, 'draws').mockImplementation((at, count, columns) => {
    list = at;
    draws.call(kernels, at, count, columns);
  });
  vi.spyOn(kernels, 'run').mockImplementation(() => {
    run.call(kernels);
    if (list !== 0) kernels.view(list, 128).setInt32(88, -1, true);
  });
  expectFinding(kernels, /WebAssembly kernels .+: the draw at temperature 0 is token -1, not \d+/);
});
