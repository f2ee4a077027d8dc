/** Draws the pictures of docs/experiments.md, as SVG. All of them throw a `PictureError` if Vega is not installed. */

import type { Card } from '../../model/card.ts';
import { drawPicture } from '../picture.ts';
import type { RunFindings } from './findings.ts';

const WIDTH = 620;
const HEIGHT = 340;
/** An interval between evaluations is short if it has less than this share of the tokens of the first. */
const SHORT = 0.25;

/** Training and validation loss of every run, over the number of tokens learned from. */
export function drawLosses(runs: readonly RunFindings[]): Promise<string> {
  const values = runs.flatMap(({ name, log }) =>
    log.flatMap(({ tokens, trainingLoss, validation }, i) => {
      const point = { run: name, tokens: tokens / 1e6 };
      const learned = tokens - (log[i - 1]?.tokens ?? 0);
      const scored = [{ ...point, nll: validation.nll, of: 'validation' }];
      // The last interval may be short, and then its mean loss is mostly chance.
      if (learned >= SHORT * (log[0]?.tokens ?? 0))
        scored.push({ ...point, nll: trainingLoss, of: 'training' });
      return scored;
    }),
  );
  return drawPicture({
    title: 'Loss of every recipe',
    width: WIDTH,
    height: HEIGHT,
    data: { values },
    mark: { type: 'line' },
    encoding: {
      x: { field: 'tokens', type: 'quantitative', title: 'tokens learned from (millions)' },
      y: { field: 'nll', type: 'quantitative', title: 'NLL (nats a token)', scale: { zero: false } },
      color: { field: 'run', type: 'nominal', title: 'recipe', sort: order(runs) },
      strokeDash: { field: 'of', type: 'nominal', title: 'poems', sort: ['validation', 'training'] },
    },
  });
}

/** How far the gradient of a loss reaches back through the top layer of each network, before and after training. */
export function drawGradients(runs: readonly RunFindings[]): Promise<string> {
  const values = runs.flatMap(({ name, card, gradients }) =>
    (['initial', 'trained'] as const).flatMap((when) =>
      gradients[when].map(({ state, distance, norm }) => ({
        run: labelOf(name, card),
        when: when === 'initial' ? 'before training' : 'after training',
        state,
        distance,
        norm,
      })),
    ),
  );
  return drawPicture({
    title: 'Norm of the gradient of a character’s loss by the recurrent state some steps before it',
    data: { values },
    facet: { field: 'when', type: 'nominal', title: null, sort: ['before training', 'after training'] },
    spec: {
      width: WIDTH / 2,
      height: HEIGHT,
      mark: { type: 'line' },
      encoding: {
        x: { field: 'distance', type: 'quantitative', title: 'steps before the prediction' },
        y: {
          field: 'norm',
          type: 'quantitative',
          title: 'norm of the gradient',
          scale: { type: 'log' },
          axis: { format: '.0e' },
        },
        color: {
          field: 'run',
          type: 'nominal',
          title: 'recipe',
          sort: runs.map(({ name, card }) => labelOf(name, card)),
        },
        strokeDash: { field: 'state', type: 'nominal', title: 'by the state', sort: ['h', 'c'] },
      },
    },
  });
}

/** How busy each run kept its machine; null if no log records it. */
export async function drawUtilization(runs: readonly RunFindings[]): Promise<string | null> {
  const values = runs.flatMap(({ name, log }) =>
    log.flatMap(({ tokens, device }) => {
      if (!device) return [];
      const point = { run: name, tokens: tokens / 1e6 };
      const cores = { ...point, busy: device.cores, of: 'processor cores' };
      return device.gpu === null ? [cores] : [cores, { ...point, busy: device.gpu, of: 'graphics card' }];
    }),
  );
  if (values.length === 0) return null;
  return drawPicture({
    title: 'How busy training kept the machine',
    width: WIDTH,
    height: HEIGHT / 2,
    data: { values },
    mark: { type: 'line' },
    encoding: {
      x: { field: 'tokens', type: 'quantitative', title: 'tokens learned from (millions)' },
      y: { field: 'busy', type: 'quantitative', title: 'busy on average', scale: { zero: true } },
      color: { field: 'run', type: 'nominal', title: 'recipe', sort: order(runs) },
      strokeDash: { field: 'of', type: 'nominal', title: null },
    },
  });
}

function labelOf(name: string, card: Card): string {
  return `${name} (${card.architecture.cell.toUpperCase()})`;
}

function order(runs: readonly RunFindings[]): string[] {
  return runs.map(({ name }) => name);
}
