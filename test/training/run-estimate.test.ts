import { describe, expect, it } from 'vitest';
import { RunEstimate, type RunLength } from '../../src/training/run-estimate.ts';

/** All that is said in so many steps, each of which takes so long. */
function said(length: Partial<RunLength>, msPerStep: number, steps = 30): string[] {
  let now = 0;
  const estimate = new RunEstimate(
    { step: 0, totalSteps: 1000, limitMs: Number.POSITIVE_INFINITY, engine: 'wasm', ...length },
    () => now,
  );
  return Array.from({ length: steps }, () => {
    now += msPerStep;
    return estimate.step();
  }).filter((sentence) => sentence !== null);
}

describe('the estimate of a run', () => {
  it('is said once, after a few steps', () => {
    expect(said({}, 360, 9)).toEqual([]);
    expect(said({}, 360)).toEqual(['the run takes about 6m 00s on wasm']);
  });

  it('does not wait for many steps of a slow engine', () => {
    expect(said({}, 36_000, 3)).toEqual(['the run takes about 10h 00m on wasm']);
  });

  it('is of what is left if the run goes on', () => {
    expect(said({ step: 500 }, 3_600)).toEqual(['the run takes about 30m 00s on wasm']);
  });

  it('says how far --minutes leads, and that so little is nonsense', () => {
    const [short] = said({ limitMs: 72_000 }, 3_600);
    expect(short).toContain('--minutes ends it after about 20 of 1000 steps (2.0 %), and a model');
    const [longer] = said({ limitMs: 1_800_000 }, 3_600);
    expect(longer).toMatch(/about 500 of 1000 steps \(50 %\)$/);
    const [enough] = said({ limitMs: 7_200_000 }, 3_600);
    expect(enough).not.toContain('--minutes');
  });
});
