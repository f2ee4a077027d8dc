/** The pictures of docs/experiments.md. */

import type { Card } from '../../model/card.ts';
import { drawPicture } from '../picture.ts';
import type { RunFindings } from './findings.ts';

const WIDTH = 620;
const HEIGHT = 340;
/** Of the tokens before the first evaluation: less than this between two is few. */
const FEW = 0.25;

/** Training and validation loss of every run over the tokens learned from. */
export function drawLosses(runs: readonly RunFindings[]): Promise<string> {
  const values = runs.flatMap(({ name, log }) =>
    log.flatMap(({ tokens, trainingLoss, validation }, i) => {
      const point = { run: name, tokens: tokens / 1e6 };
      const learned = tokens - (log[i - 1]?.tokens ?? 0);
      const scored = [{ ...point, nll: validation.nll, of: 'validation' }];
      // A mean over the few steps that were left at the end is mostly chance.
      if (learned >= FEW * (log[0]?.tokens ?? 0))
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

/** How far a loss reaches back through each recipe's top layer, before and after training. */
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
    title: 'Norm of the gradient of a character’s loss by the recurrent state, so many steps before it',
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

/** How busy each run kept its machine; null where no log says. */
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
