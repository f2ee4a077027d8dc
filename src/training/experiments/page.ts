/** docs/experiments.md: every number in it comes from the findings, the words around them from here. */

import { describeEngine, type EngineInfo } from '../../engines/engine.ts';
import type { LogEntry } from '../curve.ts';
import type { OptimizerSettings } from '../network/optimizer.ts';
import { decodingSection, poemSection } from './decoding-section.ts';
import { FREE_LIMIT } from './decodings.ts';
import type { Findings, RunFindings } from './findings.ts';
import type { GradientNorm, StateName } from './gradient-flow.ts';
import { fixed, mebibytes, millions, NONE, percent, table, whole } from './markdown.ts';

/** Runs whose token counts differ by less than this share were trained for the same number. */
const SAME = 0.01;
/** A gradient has vanished for learning when so little of it is left. */
const VANISHED = 100;

export function renderPage(findings: Findings, engine: EngineInfo, utilization: boolean): string {
  const { runs } = findings;
  const common = Math.min(...runs.map(({ card }) => card.training.tokens));
  return [
    opening(runs, common, engine),
    losses(findings, common),
    cells(findings),
    devices(runs, utilization),
    decodingSection(findings),
    poemSection(findings),
    conclusions(findings),
  ].join('\n');
}

function opening(runs: readonly RunFindings[], common: number, engine: EngineInfo): string {
  const commands = runs.map((run) => {
    const { recipe, training } = run.card;
    const tokens = isAt(run, common) ? ` --tokens ${training.tokens}` : '';
    return `npm run train -- --recipe ${recipe.name}${tokens}`;
  });
  return `# The report's experiments, run again

The student report that this project grew from compared a two-layer LSTM (PyTorch) with a SimpleRNN (TensorFlow),
explained RNN, LSTM and GRU, and wrote poems for 日 红 山 夜 湖 海 月. Here its experiments stand on one footing: one
network code, one corpus and split, the same number of tokens. This page and its pictures are written by
\`npm run experiments\` from the checkpoints and their logs; no number in it was typed. Measured on
${describeEngine({ ...engine, notes: [] })}.

${table(
  ['recipe', 'the report had it as', 'network', 'optimiser', 'parameters'],
  runs.map(({ name, card }) => [
    `\`${name}\``,
    ORIGIN[card.recipe.name] ?? NONE,
    network(card.architecture),
    optimizer(card.recipe),
    whole(card.parameters),
  ]),
)}

\`\`\`sh
npm run corpus${runs.some(({ card }) => card.pretraining) ? '\nnpm run corpus -- --song' : ''}
${commands.join('\n')}
npm run experiments
\`\`\`
`;
}

const ORIGIN: { readonly [recipe: string]: string } = {
  report: 'its PyTorch program',
  'report-rnn': 'its TensorFlow notebook',
  'report-gru': 'the cell that it explains and does not run',
  tang: 'nothing: it is the one that is served, and reads Song poems first',
};

function network({ cell, embedding, hidden, layers }: RunFindings['card']['architecture']): string {
  const kind = cell === 'rnn' ? 'SimpleRNN' : cell.toUpperCase();
  return `embedding ${embedding}, ${kind} ${layers} × ${hidden}`;
}

/** A card keeps its recipe as it was run, as open JSON. */
function optimizer(recipe: RunFindings['card']['recipe']): string {
  const { optimizer: settings, schedule } = recipe as {
    optimizer?: OptimizerSettings;
    schedule?: { peak: number };
  };
  return settings && schedule ? `${settings.kind === 'adam' ? 'Adam' : 'RMSprop'} at ${schedule.peak}` : NONE;
}

function losses({ runs, trigram }: Findings, common: number): string {
  const rows = runs.flatMap((run) => {
    const final = scoreRow(run, run.name, run.log.at(-1) as LogEntry, true);
    if (isAt(run, common)) return [final];
    const entry = run.log.reduce((nearest, each) =>
      Math.abs(each.tokens - common) < Math.abs(nearest.tokens - common) ? each : nearest,
    );
    return [scoreRow(run, `${run.name}, on its way`, entry, false), final];
  });
  rows.push([
    'Kneser-Ney trigram',
    NONE,
    NONE,
    `${NONE} / ${fixed(trigram.nll, 3)}`,
    `${NONE} / ${fixed(trigram.hanziPerplexity, 0)}`,
    ...new Array<string>(5).fill(NONE),
  ]);
  return `## Loss

![Loss of every recipe](experiments/losses.svg)

${table(
  [
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
  ],
  rows,
)}

NLL is in nats a token, marks and end included, padding nowhere; perplexity counts hanzi alone. Training speeds are
the logs' own, whatever else the machine did at the time; writing is without a plan, all poems in one batch. Memory
is the largest resident size of the process in the log. A run that is on its way has not lowered its learning rate
yet, as those that end there have. Training losses in the figure are taken with dropout on, where a recipe has it.
`;
}

function scoreRow(run: RunFindings, label: string, entry: LogEntry, final: boolean): string[] {
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

function isAt({ card }: RunFindings, tokens: number): boolean {
  return Math.abs(card.training.tokens - tokens) <= SAME * tokens;
}

function cells({ runs, gradientPoems }: Findings): string {
  const rows = runs.flatMap(({ name, card, gradients }) => {
    const states = [...new Set(gradients.trained.map(({ state }) => state))];
    return states.map((state) => [
      `\`${name}\``,
      `${card.architecture.cell.toUpperCase()}, ${state}`,
      reach(gradients.initial, state),
      reach(gradients.trained, state),
    ]);
  });
  return `## RNN, LSTM, GRU

A **simple RNN** makes its state anew at every step, h' = tanh(Wx + Uh + b). To reach back one step the gradient goes
through U and the slope of tanh; over many steps the factors multiply, and it vanishes or, rarer, explodes. An
**LSTM** keeps a memory c beside its output h and changes it by adding: c' = f∘c + i∘g, where the gates f and i are
learned. Along c the gradient is multiplied by f alone, which can stay near one. A **GRU** has the same idea in one
state: h' = (1 − z)∘n + z∘h. Where the gate z is near one, the state and the gradient pass through unchanged.

![Norm of the gradient by the recurrent state over the steps before the prediction](experiments/gradients.svg)

Taken on ${gradientPoems} test poems of eight lines of seven: the loss of the last hanzi, its gradient by the state
that was handed on so many steps before, through the top layer's recurrence; the geometric mean of the norms. The
table says after how many steps less than a hundredth is left of what arrives one step before the prediction.

${table(['recipe', 'state', 'before training', 'after training'], rows)}
`;
}

/** The distance at which less than a hundredth is left of the norm at distance 1. */
function reach(norms: readonly GradientNorm[], state: StateName): string {
  const own = norms.filter((each) => each.state === state);
  const nearest = own.find(({ distance }) => distance === 1)?.norm ?? 0;
  const vanished = own.find(({ norm }) => norm < nearest / VANISHED);
  return vanished ? `${vanished.distance} steps` : `not within ${own.at(-1)?.distance ?? 0} steps`;
}

function devices(runs: readonly RunFindings[], utilization: boolean): string {
  const rows = runs.map(({ name, card, log }) => {
    const readings = log.flatMap(({ device }) => (device ? [device] : []));
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const cards = readings.flatMap(({ gpu }) => (gpu === null ? [] : [gpu]));
    const { engine } = card.training;
    return [
      `\`${name}\``,
      `${engine.name} ${engine.version} on ${engine.device}`,
      readings.length > 0 ? fixed(mean(readings.map(({ cores }) => cores)), 2) : NONE,
      cards.length > 0 ? percent(mean(cards)) : NONE,
    ];
  });
  const picture = utilization ? '![How busy training kept the machine](experiments/utilization.svg)\n\n' : '';
  return `## Device utilisation

${picture}${table(['recipe', 'engine', 'processor cores busy, mean', 'graphics card busy, mean'], rows)}

The log notes at every evaluation how much processor time the process took since the last one, and, where
\`nvidia-smi\` answers, the mean of its samples of the busiest card. ${NONE} means that the log or the machine does not
say. \`npm run train -- --tensorboard DIR\` shows the same, and every step's loss, while a run goes on.
`;
}

function conclusions({ runs }: Findings): string {
  const loops = (name: string) =>
    range(
      runs.flatMap(({ decodings: each }) =>
        each.filter(({ decoding }) => decoding.name === name).map(({ repetition }) => repetition.loops),
      ),
    );
  const vocabulary = Math.max(...runs.map(({ card }) => card.architecture.vocabulary));
  return `## What the report found, and where the differences come from

The report found a loss of about 5.9 for its LSTM after 20 epochs, and for its SimpleRNN a training loss that fell
from 8.82 (a uniform guess over ${whole(Math.exp(8.82))} tokens) to 5.04, and ended on poems that repeat themselves. So the weaker cell
seemed to win. Here, with the same data, batches and length of training for all, the table above has them side by
side. What differs:

- **A ReLU before the log-softmax** (PyTorch program). It makes every negative logit zero, so that no character can be
  ruled out: beside ${whole(vocabulary - 1)} others at zero a logit must reach ${fixed(Math.log(vocabulary - 1), 1)} for half of the probability. And one that has
  fallen below zero gets no gradient to come back by. Here the logits go to the log-softmax as they are.
- **Unshuffled batches, one sequence at a time** (PyTorch program). Every epoch goes through the poems in the same
  order. Here each is shuffled anew by a seed, and a step takes many poems of like length at once.
- **Argmax** (both). The likeliest character after a common one is common too, and the same state gives the same
  next character. The share of poems that loop, over the recipes: ${loops('argmax')} by argmax, ${loops('sampling')} by
  sampling from the same weights, ${loops('verse plan')} under the verse plan, which writes no character twice but for doublings.
- **No end token** (notebook). It wrote ${FREE_LIMIT} characters whatever they were, and its \`eos\` stands in the text. Here the
  end is predicted and scored like any character. With the end barred, argmax loops in ${loops('argmax, no end')} of the poems.

The first two are read from the report's programs and not measured one at a time; argmax and the end token are
measured above.
`;
}

function range(values: readonly number[]): string {
  const [least, most] = [percent(Math.min(...values)), percent(Math.max(...values))];
  return least === most ? least : `${least} to ${most}`;
}
