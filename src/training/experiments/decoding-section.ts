/** The part of docs/experiments.md about ways of writing: how much each repeats itself, and the poems themselves. */

import { toSimplified } from '../../poetry/script.ts';
import { type DecodingFindings, type Findings, HEADS } from './findings.ts';
import { fixed, NONE, percent, table } from './markdown.ts';
import { LOOP, type Repetition, SPAN } from './repetition.ts';

export function decodingSection({ runs, people, openings, seed }: Findings): string {
  const list =
    runs[0]?.decodings.map(({ decoding }) => `- **${decoding.name}**: ${decoding.description}`) ?? [];
  const rows = runs.flatMap(({ name, decodings: each }) =>
    each.map((findings) => [`\`${name}\``, findings.decoding.name, ...repetitionCells(findings)]),
  );
  rows.push(['people', 'test poems', NONE, NONE, ...shares(people)]);
  return `## Decoding and repetition

Each checkpoint wrote ${openings} poems in each of these ways, to ${openings} different first characters of test poems, 七絕
asked for, seed ${seed}:

${list.join('\n')}

${table(
  [
    'recipe',
    'decoding',
    'ends of itself',
    'unknown token',
    'loops',
    'a pair comes back',
    'hanzi repeated',
    'distinct-1',
    'distinct-2',
    "ends on another's last line",
  ],
  rows,
)}

A poem loops where ${LOOP} hanzi on end stand in it that stood in it before. Distinct-n is the share of different
n-grams among all, over the first ${SPAN} hanzi of each poem. Plans end every poem where its form ends.
`;
}

function repetitionCells({ decoding, ended, unknown, repetition }: DecodingFindings): string[] {
  return [decoding.how.kind === 'plan' ? NONE : percent(ended), percent(unknown), ...shares(repetition)];
}

function shares({ loops, pairs, characters, distinct1, distinct2, sharedEndings }: Repetition): string[] {
  return [
    percent(loops),
    percent(pairs),
    percent(characters),
    fixed(distinct1, 3),
    fixed(distinct2, 3),
    percent(sharedEndings),
  ];
}

export function poemSection({ runs, seed }: Findings): string {
  const tables = runs.map(({ name, decodings: each }) => {
    const rows = HEADS.map((head, i) => [
      toSimplified(head),
      ...each.map((findings) => toSimplified(findings.poems[i] ?? '').replace(/。(?=.)/gu, '。<br>')),
    ]);
    return `### \`${name}\`

${table(['', ...each.map(({ decoding }) => decoding.name)], rows)}
`;
  });
  const [head] = HEADS;
  return `## Seven poems from each

Seed ${seed} for ${toSimplified(head)}, and one more for each head after it. What stands under a plan is what the terminal answers on
the same engine: \`/reload report\`, then \`/poem ${head} seed:${seed}\`, with \`mood:greedy meter:none\` for the greedy
column. \`□\` is the token for unknown characters.

${tables.join('\n')}`;
}
