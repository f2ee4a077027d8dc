import { describe, expect, it } from 'vitest';
import { duration, Progress } from '../../src/training/progress.ts';

function shown(isTTY: boolean) {
  const written: string[] = [];
  const out = {
    isTTY,
    columns: 60,
    write: (text: string) => written.push(text),
  } as unknown as NodeJS.WriteStream;
  let now = 0;
  const progress = new Progress(out, () => now);
  const step = (n: number, at: number) => {
    now = at;
    progress.step(
      { step: n, loss: 5.1234, norm: 1, learningRate: 1, tokens: 10 },
      { epoch: n / 100, totalSteps: 200 },
      1234.4,
    );
  };
  return { written, step };
}

describe('progress', () => {
  it('is plain lines where there is no terminal, not too many', () => {
    const { written, step } = shown(false);
    for (let n = 1; n <= 50; n++) step(n, n * 1000);
    expect(written).toEqual([
      'epoch 0.01  step 1/200  loss 5.123  1234 tokens/s  … left\n',
      'epoch 0.16  step 16/200  loss 5.123  1234 tokens/s  3m 04s left\n',
      'epoch 0.31  step 31/200  loss 5.123  1234 tokens/s  2m 49s left\n',
      'epoch 0.46  step 46/200  loss 5.123  1234 tokens/s  2m 34s left\n',
    ]);
  });

  it('is one line that redraws itself on a terminal, within its width', () => {
    const { written, step } = shown(true);
    step(1, 0);
    step(100, 5000);
    expect(written).toHaveLength(2);
    for (const line of written) {
      expect(line.startsWith('\r\x1b[2K')).toBe(true);
      expect(line).not.toContain('\n');
      expect([...line.replace('\r\x1b[2K', '')].length).toBeLessThan(60);
    }
    expect(written[1]).toContain('████████████░░░░░░░░░░░░');
  });
});

describe('a duration', () => {
  it.each([
    [12_000, '12s'],
    [200_000, '3m 20s'],
    [3_720_000, '1h 02m'],
  ])('of %d ms is %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});
