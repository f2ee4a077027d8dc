/** The tables of docs/experiments.md about decoding: how much each way repeats itself, and the poems themselves. */

import { toSimplified } from '../../poetry/script.ts';
import { type DecodingFindings, type Findings, HEADS } from './findings.ts';
import { fixed, NONE, percent, table } from './markdown.ts';
import type { Repetition } from './repetition.ts';

/** A row for each recipe and decoding, and one for the test poems of people. */
export function repetitionTable({ runs, people }: Findings): string {
  const rows = runs.flatMap(({ name, decodings }) =>
    decodings.map((findings) => [`\`${name}\``, findings.decoding.name, ...repetitionCells(findings)]),
  );
  rows.push(['people', 'test poems', NONE, NONE, ...shares(people)]);
  const head = [
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
  ];
  return table(head, rows);
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

/** For each recipe a heading and a table: a row for each head, a column for each decoding. In simplified script. */
export function poemTables({ runs }: Findings): string {
  const tables = runs.map(({ name, decodings }) => {
    const rows = HEADS.map((head, i) => [
      toSimplified(head),
      ...decodings.map(({ poems }) => toSimplified(poems[i] ?? '').replace(/。(?=.)/gu, '。<br>')),
    ]);
    return `### \`${name}\`\n\n${table(['', ...decodings.map(({ decoding }) => decoding.name)], rows)}`;
  });
  return tables.join('\n\n');
}
