import { describe, expect, it } from 'vitest';
import { NotObtainable } from '../../../tools/tensorflow/setup-error.ts';
import { chooseWheel, cudaRequirements } from '../../../tools/tensorflow/wheel.ts';

describe('the wheel for a machine', () => {
  it('is the small one without CUDA, unless a GPU is requested', () => {
    const wheel = chooseWheel('x64', false);
    expect(wheel.project).toBe('tensorflow-cpu');
    expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(chooseWheel('x64', true).project).toBe('tensorflow');
    expect(chooseWheel('arm64', false).platform).toMatch(/_aarch64$/);
  });

  it('does not exist for every machine', () => {
    expect(() => chooseWheel('arm64', true)).toThrow(NotObtainable);
    expect(() => chooseWheel('riscv64', false)).toThrow('x86-64 and arm64 only, and this machine is riscv64');
  });
});

describe('what a wheel requires of CUDA', () => {
  it('is read from its metadata, in both notations, without the conditions', () => {
    const metadata = [
      'Name: tensorflow',
      'Requires-Dist: numpy>=1.26.0',
      'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
      'Requires-Dist: nvidia-cudnn-cu12 (<10.0,>=9.3.0.75) ; extra == "and-cuda"',
      'Requires-Dist: nvidia-nccl-cu12==2.27.7',
      '',
      'Requires a GPU from nvidia-something',
    ].join('\n');
    expect(cudaRequirements(metadata)).toEqual([
      'nvidia-cublas-cu12<13.0,>=12.5.3.2',
      'nvidia-cudnn-cu12<10.0,>=9.3.0.75',
      'nvidia-nccl-cu12==2.27.7',
    ]);
  });
});
