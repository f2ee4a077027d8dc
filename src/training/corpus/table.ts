/** The table that `npm run corpus` prints. */
import { FORM_TAGS, FORMS, type FormTag } from '../../poetry/form.ts';
import { DROP_REASONS, type Tally } from './build.ts';
import { SPLITS } from './corpus.ts';

/** Two hanzi each, so that the columns are aligned also where a hanzi is two cells wide. */
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

/** The poems that were read, dropped by reason, and kept by form and split. Without a line end after the last line. */
export function tableOf(tally: Tally): string {
  const count = (label: string, number: number) => `${label.padEnd(22)}${grouped(number).padStart(9)}`;
  const keptOf = (form: FormTag) => SPLITS.map((split) => tally.kept[form][split]);
  const totals = SPLITS.map((split) => sum(FORM_TAGS.map((form) => tally.kept[form][split])));
  const row = (label: string, cells: readonly string[]) =>
    label + cells.map((cell) => cell.padStart(12)).join('');
  const numbers = (cells: readonly number[]) => [...cells, sum(cells)].map(grouped);
  return [
    count('poems read', tally.read),
    count('dropped', sum(Object.values(tally.dropped))),
    ...DROP_REASONS.map((reason) => count(`  ${reason}`, tally.dropped[reason])),
    count('kept', sum(totals)),
    '',
    row('kept by form'.padEnd(12), [...SPLITS, 'all']),
    ...FORM_TAGS.map((form) => row(`  ${TITLES[form]} ${form}`.padEnd(10), numbers(keptOf(form)))),
    row('all'.padEnd(12), numbers(totals)),
  ].join('\n');
}
