/** The log of a training run, and a picture of it: the losses over the number of tokens learned from. */

import type { HeldOutScores } from '../model/card.ts';
import type { DeviceReading } from './device-monitor.ts';
import { drawPicture } from './picture.ts';

/** One evaluation, which is one line of train.jsonl. */
export interface LogEntry {
  readonly step: number;
  readonly epoch: number;
  /** Predictions learned from, repeats included. */
  readonly tokens: number;
  /** Time spent training, all sessions together. */
  readonly seconds: number;
  /** Mean NLL in nats a token since the last evaluation, with dropout on. */
  readonly trainingLoss: number;
  readonly validation: HeldOutScores;
  readonly learningRate: number;
  /** Mean global norm of the gradients since the last evaluation, before clipping. */
  readonly gradientNorm: number;
  readonly tokensPerSecond: number;
  /** Since the last evaluation. Logs of older runs do not have it. */
  readonly device?: DeviceReading | undefined;
}

/** Draws a log as SVG. Throws a `PictureError` if pictures cannot be drawn here. */
export async function drawLossCurve(name: string, log: readonly LogEntry[]): Promise<string> {
  const values = log.flatMap(({ tokens, trainingLoss, validation }) => [
    { tokens: tokens / 1e6, nll: trainingLoss, series: 'training (dropout on)' },
    { tokens: tokens / 1e6, nll: validation.nll, series: 'validation' },
  ]);
  return drawPicture({
    title: `${name}: loss`,
    width: 560,
    height: 320,
    data: { values },
    mark: { type: 'line', point: values.length < 80 },
    encoding: {
      x: { field: 'tokens', type: 'quantitative', title: 'tokens learned from (millions)' },
      y: { field: 'nll', type: 'quantitative', title: 'NLL (nats a token)', scale: { zero: false } },
      color: { field: 'series', type: 'nominal', title: null, legend: { orient: 'top' } },
    },
  });
}
