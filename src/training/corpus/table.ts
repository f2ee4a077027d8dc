/** The table that the corpus command prints. */
import { FORM_TAGS, FORMS, type FormTag } from '../../poetry/form.ts';
import { DROP_REASONS, type Tally } from './build.ts';
import { SPLITS } from './corpus.ts';

/** Two hanzi each, so that the columns stand even where a hanzi takes two cells. */
const TITLES: { readonly [form in FormTag]: string } = {
  wujue: FORMS.wujue.title,
  qijue: FORMS.qijue.title,
  wulv: FORMS.wulv.title,
  qilv: FORMS.qilv.title,
  wuyan: '五言',
  qiyan: '七言',
  mixed: '雜言',
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const grouped = (number: number): string => number.toLocaleString('en-US');

/** Poems read, dropped by reason, kept by form and split; lines without the last line's end. */
export function tableOf(tally: Tally): string {
  const count = (label: string, number: number) => `${label.padEnd(22)}${grouped(number).padStart(9)}`;
  const dropped = DROP_REASONS.map((reason) => tally.dropped[reason]);
  const rows = FORM_TAGS.map((form) => SPLITS.map((split) => tally.kept[form][split]));
  const totals = SPLITS.map((_, column) => sum(rows.map((row) => row[column] as number)));
  const row = (label: string, cells: readonly string[]) =>
    label + cells.map((cell) => cell.padStart(12)).join('');
  const numbers = (cells: readonly number[]) => [...cells, sum(cells)].map(grouped);
  return [
    count('poems read', tally.read),
    count('dropped', sum(dropped)),
    ...DROP_REASONS.map((reason, index) => count(`  ${reason}`, dropped[index] as number)),
    count('kept', sum(totals)),
    '',
    row('kept by form'.padEnd(12), [...SPLITS, 'all']),
    ...FORM_TAGS.map((form, index) =>
      row(`  ${TITLES[form]} ${form}`.padEnd(10), numbers(rows[index] as number[])),
    ),
    row('all'.padEnd(12), numbers(totals)),
  ].join('\n');
}
