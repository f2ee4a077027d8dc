import { describe, expect, it } from 'vitest';
import { describeEstimate, type RunLength } from '../../src/training/run-estimate.ts';

const LENGTH: RunLength = {
  step: 0,
  totalSteps: 1000,
  limitMs: Number.POSITIVE_INFINITY,
  engine: 'tensorflow',
  hidden: 768,
};

describe('the sentence about it', () => {
  it('says how long the run takes', () => {
    expect(describeEstimate(LENGTH, 360_000)).toBe('the run takes about 6m 00s on tensorflow');
  });

  it('says on wasm what TensorFlow would make of it, if it is not installed', () => {
    const wasm = { ...LENGTH, engine: 'wasm' } as const;
    expect(describeEstimate(wasm, 10 * 3_600_000, true)).toBe('the run takes about 10h 00m on wasm');
    expect(describeEstimate(wasm, 6 * 3_600_000, false)).toBe(
      'the run takes about 6h 00m on wasm; with TensorFlow, which npm run setup:tensorflow installs, 2h 00m to 5h 00m, ' +
        'and less on a GPU',
    );
    expect(describeEstimate({ ...wasm, hidden: 128 }, 6 * 3_600_000, false)).toBe(
      'the run takes about 6h 00m on wasm; TensorFlow (npm run setup:tensorflow) is no faster at this size, unless it has a GPU',
    );
  });

  it('says how far --minutes leads, and that so little is nonsense', () => {
    const short = describeEstimate({ ...LENGTH, limitMs: 72_000 }, 3_600_000);
    expect(short).toContain('--minutes ends it after about 20 of 1000 steps (2.0 %), and a model');
    const continued = describeEstimate({ ...LENGTH, limitMs: 72_000, continued: true }, 3_600_000);
    expect(continued).toMatch(/about 20 of 1000 steps \(2\.0 %\)$/);
    const longer = describeEstimate({ ...LENGTH, limitMs: 1_800_000 }, 3_600_000);
    expect(longer).toMatch(/about 500 of 1000 steps \(50 %\)$/);
    const resumed = describeEstimate({ ...LENGTH, step: 500, limitMs: 900_000 }, 1_800_000);
    expect(resumed).toMatch(/about 750 of 1000 steps \(75 %\)$/);
    expect(describeEstimate({ ...LENGTH, limitMs: 7_200_000 }, 3_600_000)).not.toContain('--minutes');
  });
});
