/** The verse measurements as a text table: two columns for each form, ours and people's, and a row for each measure. */

import type { VerseResults, VerseScores } from './verse-evaluation.ts';

type Show = (value: number) => string;
const percent: Show = (value) => `${(100 * value).toFixed(1)} %`;
const whole: Show = (value) => String(Math.round(value));
const fraction: Show = (value) => value.toFixed(3);

const ROWS: readonly (readonly [keyof VerseScores, string, Show])[] = [
  ['poems', 'poems', whole],
  ['shape', 'shape kept', percent],
  ['heads', 'opening or heads kept', percent],
  ['rhyme', 'rhyme kept', percent],
  ['toneStrict', 'tone, strict', percent],
  ['toneLoose', 'tone, loose', percent],
  ['toneCharacter', 'tone, per character', percent],
  ['specials', 'unknown or special tokens', whole],
  ['copiedLines', 'lines copied', whole],
  ['repeatedCharacter', 'a character comes back', percent],
  ['repeatedBigram', 'a pair comes back', percent],
  ['attestedFeet', 'feet attested', percent],
  ['distinct1', 'distinct-1', fraction],
  ['distinct2', 'distinct-2', fraction],
  ['distinct3', 'distinct-3', fraction],
  ['nllHanzi', 'NLL a hanzi (nats)', fraction],
  ['msPerPoem', 'ms a poem', (value) => value.toFixed(1)],
];

const LABEL = 27;
const COLUMN = 11;

export function verseTable(results: VerseResults): string {
  const forms = Object.entries(results);
  const sides = forms.flatMap(([, { generated, human }]) => [generated, human]);
  const head = forms.map(([form]) => form.padStart(2 * COLUMN)).join('');
  const under = forms.map(() => `${'ours'.padStart(COLUMN)}${'human'.padStart(COLUMN)}`).join('');
  const rows = ROWS.map(([key, label, show]) => {
    const cells = sides.map((side) => {
      const value = side[key];
      return (value === null ? '–' : show(value)).padStart(COLUMN);
    });
    return `${label.padEnd(LABEL)}${cells.join('')}`;
  });
  return [`${''.padEnd(LABEL)}${head}`, `${''.padEnd(LABEL)}${under}`, ...rows].join('\n');
}
