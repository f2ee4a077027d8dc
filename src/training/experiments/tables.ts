/** The tables of docs/experiments.md, as Markdown. Every number in them comes from the findings. */

import { describeEngine, type EngineInfo } from '../../engines/engine.ts';
import type { LogEntry } from '../curve.ts';
import type { OptimizerSettings } from '../network/optimizer.ts';
import { poemTables, repetitionTable } from './decoding-tables.ts';
import type { Findings, RunFindings } from './findings.ts';
import type { GradientNorm, StateName } from './gradient-flow.ts';
import { fixed, mebibytes, millions, NONE, percent, table, whole } from './markdown.ts';

/** The names of the tables, as the page marks their places. */
export const TABLE_NAMES = [
  'conditions',
  'recipes',
  'losses',
  'gradients',
  'devices',
  'repetition',
  'poems',
] as const;
export type Tables = { readonly [name in (typeof TABLE_NAMES)[number]]: string };

/** Runs learned from the same number of tokens if their counts differ by less than this share. */
const SAME_LENGTH = 0.01;
/** A gradient has vanished if less than one part in a hundred of it is left. */
const VANISHED = 100;

/** `hasUtilization` says whether there is a picture of the device utilisation to show. */
export function renderTables(findings: Findings, engine: EngineInfo, hasUtilization: boolean): Tables {
  const { runs } = findings;
  const shortest = Math.min(...runs.map(({ card }) => card.training.tokens));
  return {
    conditions: conditionsTable(findings, engine),
    recipes: recipeTable(runs, shortest),
    losses: lossTable(findings, shortest),
    gradients: gradientTable(runs),
    devices: deviceTable(runs, hasUtilization),
    repetition: repetitionTable(findings),
    poems: poemTables(findings),
  };
}

function conditionsTable({ openings, seed, gradientPoems }: Findings, engine: EngineInfo): string {
  return table(
    ['measured on', 'poems of each decoding', 'their seed', 'test poems for the gradients'],
    [[describeEngine({ ...engine, notes: [] }), whole(openings), String(seed), whole(gradientPoems)]],
  );
}

function recipeTable(runs: readonly RunFindings[], shortest: number): string {
  return table(
    ['recipe', 'network', 'optimiser', 'parameters', 'trained by'],
    runs.map((run) => {
      const { architecture, recipe, parameters, training } = run.card;
      const tokens = hasLength(run, shortest) ? ` --tokens ${training.tokens}` : '';
      const command = `npm run train -- --recipe ${recipe.name}${tokens}`;
      return [
        `\`${run.name}\``,
        network(architecture),
        optimizer(recipe),
        whole(parameters),
        `\`${command}\``,
      ];
    }),
  );
}

function network({ cell, embedding, hidden, layers }: RunFindings['card']['architecture']): string {
  const kind = cell === 'rnn' ? 'SimpleRNN' : cell.toUpperCase();
  return `embedding ${embedding}, ${kind} ${layers} × ${hidden}`;
}

/** A card keeps the recipe of its run as open JSON, so older recipes may lack a key. */
function optimizer(recipe: RunFindings['card']['recipe']): string {
  const { optimizer: settings, schedule } = recipe as {
    optimizer?: OptimizerSettings;
    schedule?: { peak: number };
  };
  return settings && schedule ? `${settings.kind === 'adam' ? 'Adam' : 'RMSprop'} at ${schedule.peak}` : NONE;
}

/**
 * A row for each run. A run longer than the shortest has another row: its scores when it had learned from as many
 * tokens as the shortest.
 */
function lossTable({ runs, trigram }: Findings, shortest: number): string {
  const rows = runs.flatMap((run) => {
    const final = lossRow(run, run.name, lastOf(run.log), true);
    if (hasLength(run, shortest)) return [final];
    const distance = ({ tokens }: LogEntry) => Math.abs(tokens - shortest);
    const entry = run.log.reduce((nearest, each) => (distance(each) < distance(nearest) ? each : nearest));
    return [lossRow(run, `${run.name}, on its way`, entry, false), final];
  });
  rows.push([
    'Kneser-Ney trigram',
    NONE,
    NONE,
    `${NONE} / ${fixed(trigram.nll, 3)}`,
    `${NONE} / ${fixed(trigram.hanziPerplexity, 0)}`,
    ...new Array<string>(5).fill(NONE),
  ]);
  const head = [
    'recipe',
    'parameters',
    'tokens learned from',
    'NLL a token, validation / test',
    'perplexity a hanzi, validation / test',
    'a pair comes back (sampling)',
    'tokens/s, training',
    'tokens/s, writing',
    'memory, training',
    'weights',
  ];
  return table(head, rows);
}

function lastOf(log: readonly LogEntry[]): LogEntry {
  const last = log.at(-1);
  if (!last) throw new RangeError('a run without an evaluation has no scores');
  return last;
}

function lossRow(run: RunFindings, label: string, entry: LogEntry, final: boolean): string[] {
  const { card, log } = run;
  const test = final ? card.heldOut.test : null;
  const pair = (validation: number, tested: number | undefined, digits: number) =>
    `${fixed(validation, digits)} / ${tested === undefined ? NONE : fixed(tested, digits)}`;
  const sampling = run.decodings.find(({ decoding }) => decoding.name === 'sampling');
  const memory = Math.max(...log.map(({ device }) => device?.memory ?? 0));
  const bytes = card.parameters * (card.weights.type === 'float16' ? 2 : 4);
  return [
    label,
    whole(card.parameters),
    millions(final ? card.training.tokens : entry.tokens),
    pair(entry.validation.nll, test?.nll, 3),
    pair(entry.validation.hanziPerplexity, test?.hanziPerplexity, 0),
    final && sampling ? percent(sampling.repetition.pairs) : NONE,
    whole(entry.tokens / Math.max(1, entry.seconds)),
    final && sampling ? whole(sampling.tokensPerSecond) : NONE,
    memory > 0 ? mebibytes(memory) : NONE,
    mebibytes(bytes),
  ];
}

function hasLength({ card }: RunFindings, tokens: number): boolean {
  return Math.abs(card.training.tokens - tokens) <= SAME_LENGTH * tokens;
}

function gradientTable(runs: readonly RunFindings[]): string {
  const rows = runs.flatMap(({ name, card, gradients }) => {
    const states = [...new Set(gradients.trained.map(({ state }) => state))];
    return states.map((state) => [
      `\`${name}\``,
      `${card.architecture.cell.toUpperCase()}, ${state}`,
      reach(gradients.initial, state),
      reach(gradients.trained, state),
    ]);
  });
  return table(['recipe', 'state', 'before training', 'after training'], rows);
}

/** The distance at which less than a hundredth is left of the norm at distance 1. */
function reach(norms: readonly GradientNorm[], state: StateName): string {
  const own = norms.filter((each) => each.state === state);
  const nearest = own.find(({ distance }) => distance === 1)?.norm ?? 0;
  const vanished = own.find(({ norm }) => norm < nearest / VANISHED);
  return vanished ? `${vanished.distance} steps` : `not within ${own.at(-1)?.distance ?? 0} steps`;
}

function deviceTable(runs: readonly RunFindings[], hasUtilization: boolean): string {
  const rows = runs.map(({ name, card, log }) => {
    const readings = log.flatMap(({ device }) => (device ? [device] : []));
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const gpus = readings.flatMap(({ gpu }) => (gpu === null ? [] : [gpu]));
    const { engine } = card.training;
    return [
      `\`${name}\``,
      `${engine.name} ${engine.version} on ${engine.device}`,
      readings.length > 0 ? fixed(mean(readings.map(({ cores }) => cores)), 2) : NONE,
      gpus.length > 0 ? percent(mean(gpus)) : NONE,
    ];
  });
  const picture = '![How busy training kept the machine](experiments/utilization.svg)\n\n';
  const head = ['recipe', 'engine', 'processor cores busy, mean', 'graphics card busy, mean'];
  return `${hasUtilization ? picture : ''}${table(head, rows)}`;
}
