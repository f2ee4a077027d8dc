/** The log of a run, and its picture: training and validation loss over the tokens learned from. */

import type { HeldOutScores } from '../model/card.ts';
import type { DeviceReading } from './device-monitor.ts';
import { drawPicture } from './picture.ts';

/** One evaluation: a line of train.jsonl. */
export interface LogEntry {
  readonly step: number;
  readonly epoch: number;
  /** Predictions learned from, repeats included. */
  readonly tokens: number;
  /** Spent training, all sessions together. */
  readonly seconds: number;
  /** Mean NLL in nats a token since the last evaluation, dropout on. */
  readonly trainingLoss: number;
  readonly validation: HeldOutScores;
  readonly learningRate: number;
  /** Mean global norm before clipping, since the last evaluation. */
  readonly gradientNorm: number;
  readonly tokensPerSecond: number;
  /** Since the last evaluation; logs of older runs lack it. */
  readonly device?: DeviceReading | undefined;
}

/** An SVG picture of a run. */
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
