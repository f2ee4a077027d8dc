import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cpu } from '../../src/engines/cpu.ts';
import { describeEngine, EngineError, startEngine } from '../../src/engines/engine.ts';
import { type EngineBackend, EngineUnavailable } from '../../src/engines/engine-backend.ts';
import { ENGINE_CHOICES, type EngineName } from '../../src/engines/names.ts';
import { checkEngine } from '../../src/engines/self-check.ts';
import { wasm } from '../../src/engines/wasm.ts';

function unavailable(name: EngineName, reason: string, remedy: string | null = null): EngineBackend {
  return { name, start: () => Promise.reject(new EngineUnavailable(reason, remedy)) };
}

/** Runs `body` while the first number of each product of the cpu engine is too large by 1. */
async function withWrongProducts(body: () => Promise<void>): Promise<void> {
  await startEngine('cpu');
  const right = tf.getKernel('BatchMatMul', 'cpu');
  tf.unregisterKernel('BatchMatMul', 'cpu');
  tf.registerKernel({
    ...right,
    kernelFunc: (parameters) => {
      const product = right.kernelFunc(parameters) as tf.TensorInfo;
      const values = (parameters.backend as tf.KernelBackend).readSync(product.dataId) as Float32Array;
      values[0] = (values[0] ?? 0) + 1;
      return product;
    },
  });
  try {
    await body();
  } finally {
    tf.unregisterKernel('BatchMatMul', 'cpu');
    tf.registerKernel(right);
  }
}

// This test must be the first: the cpu engine prints its banner at the first operation in the process.
it('starts without a banner', async () => {
  const lines = vi.spyOn(console, 'warn');
  await startEngine('cpu');
  tf.tidy(() => tf.add(1, 2).dataSync());
  expect(lines).not.toHaveBeenCalled();
});

describe('an engine asked for by name', () => {
  it.each(['wasm', 'cpu'] as const)('starts: %s', async (name) => {
    const engine = await startEngine(name);
    expect(engine).toMatchObject({ name, version: '4.22.0', notes: [] });
    expect(engine.device).not.toBe('');
    expect(tf.getBackend()).toBe(name);
  });

  it('is not replaced by another if it is not available; the error says what to do', async () => {
    const backends = [unavailable('tensorflow', 'its library is not installed', 'npm run it'), cpu];
    const start = startEngine('tensorflow', backends);
    await expect(start).rejects.toThrow(EngineError);
    await expect(start).rejects.toThrow(
      'The tensorflow engine is not available: its library is not installed; npm run it',
    );
  });

  it('must exist', async () => {
    await expect(startEngine('cuda' as EngineName)).rejects.toThrow(
      `There is no engine named cuda; there are ${ENGINE_CHOICES.join(', ')}`,
    );
  });
});

describe('auto', () => {
  it('takes the first that starts, and notes why the ones before it were not taken', async () => {
    const backends = [
      unavailable('tensorflow', 'not installed'),
      unavailable('webgpu', 'no device'),
      wasm,
      cpu,
    ];
    const engine = await startEngine('auto', backends);
    expect(engine.name).toBe('wasm');
    expect(engine.notes).toEqual(['tensorflow: not installed', 'webgpu: no device']);
    expect(describeEngine(engine)).toMatch(
      /^engine wasm 4\.22\.0 on .+; not taken: tensorflow: not installed; webgpu: no device$/,
    );
  });

  it('skips one that crashes when it starts', async () => {
    const broken: EngineBackend = {
      name: 'webgpu',
      start: () => Promise.reject(new TypeError('undefined symbol')),
    };
    expect((await startEngine('auto', [broken, cpu])).notes).toEqual(['webgpu: undefined symbol']);
  });

  it('skips one that computes wrong results', async () => {
    await withWrongProducts(async () => {
      const engine = await startEngine('auto', [cpu, wasm]);
      expect(engine.name).toBe('wasm');
      expect(engine.notes[0]).toMatch(/^cpu: a matrix product is off by 1/);
    });
  });

  it('tells a backend whether it was asked for by name', async () => {
    const start = vi.fn(cpu.start);
    await startEngine('auto', [{ ...cpu, start }]);
    await startEngine('cpu', [{ ...cpu, start }]);
    expect(start.mock.calls).toEqual([[false], [true]]);
  });

  it('is an error with all reasons if none runs', async () => {
    const backends = [unavailable('wasm', 'no WebAssembly'), unavailable('cpu', 'no JavaScript')];
    await expect(startEngine('auto', backends)).rejects.toThrow(
      'No engine runs here: wasm: no WebAssembly; cpu: no JavaScript',
    );
  });
});

describe('the self-check', () => {
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(0);
  });

  it('passes on an engine that computes, and leaves no tensor behind', async () => {
    await startEngine('cpu');
    await checkEngine();
  });

  it('fails on one that does not', async () => {
    await withWrongProducts(() => expect(checkEngine()).rejects.toThrow('a matrix product is off by 1'));
  });
});
