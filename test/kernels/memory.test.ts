import { describe, expect, test } from 'vitest';
import { Kernels } from '../../src/kernels/kernels.ts';
import { kernelBytesInUse } from '../../src/kernels/memory.ts';

describe('the memory of the kernels', () => {
  test('keeps what it holds while it grows, and tells its own arrays from others', () => {
    const { memory } = new Kernels();
    const pointer = memory.upload(Float32Array.of(1, 2, 3));
    const far = memory.alloc(1_000_000);
    expect(far % 64).toBe(0);
    expect([...memory.floats(pointer, 3)]).toEqual([1, 2, 3]);
    expect(memory.float(pointer + 4)).toBe(2);
    expect(memory.floats(far, 1_000_000).every((value) => value === 0)).toBe(true);
    expect(memory.pointerTo(memory.floats(pointer, 3).subarray(1))).toBe(pointer + 4);
    expect(memory.pointerTo(Float32Array.of(1))).toBeNull();
  });

  test('uses scratch memory again, and clears it', async () => {
    const { memory } = new Kernels();
    let scratch = 0;
    await memory.withScratch(async () => {
      scratch = memory.upload(Float32Array.of(1, 2, 3));
    });
    const next = memory.alloc(3);
    expect(next).toBe(scratch);
    expect([...memory.floats(next, 3)]).toEqual([0, 0, 0]);
  });

  test('makes its last allocation longer where it is, and no other', () => {
    const { memory } = new Kernels();
    const pointer = memory.upload(Float32Array.of(1, 2));
    memory.extend(pointer, 1_000_000);
    expect([...memory.floats(pointer, 4)]).toEqual([1, 2, 0, 0]);
    memory.extend(pointer, 3);
    const next = memory.alloc(1);
    expect(next).toBeGreaterThanOrEqual(pointer + 4_000_000);
    expect(() => memory.extend(pointer, 2_000_000)).toThrow('only the last allocation can be extended');
  });

  test('is counted until it is released', () => {
    const before = kernelBytesInUse();
    const kernels = new Kernels();
    kernels.memory.alloc(1_000_000);
    expect(kernelBytesInUse() - before).toBeGreaterThanOrEqual(4_000_000);
    kernels.dispose();
    expect(kernelBytesInUse()).toBe(before);
  });
});
