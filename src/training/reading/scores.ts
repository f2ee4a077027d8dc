/** Readers' scores of a sheet: reading them, and averaging them by side. */

import { OperatorError } from '../../system/operator-error.ts';
import { SCALES, type Scale, type SheetKey } from './sheet.ts';

/** A file of scores or a key that cannot be used; the message names the file and the line. */
export class ScoresError extends OperatorError {
  override readonly name = 'ScoresError';
}

/** One reader's scores: by the poem's number, in the order of {@link SCALES}. */
export type ReaderScores = ReadonlyMap<number, readonly number[]>;

export interface SideScores {
  readonly side: string;
  /** Poems of this side on the sheet. */
  readonly poems: number;
  /** Mean over readers and poems. */
  readonly mean: { readonly [scale in Scale]: number };
  /** Standard deviation of the poems' overall scores, each averaged over readers first. */
  readonly spread: number;
  /** Mean overall by reader, in the order of the files. */
  readonly overallByReader: readonly number[];
  /** Share of the poems whose overall score, averaged over readers, is under 2. */
  readonly underTwo: number;
  /**
   * Share of pairs (reader, group) in which this side's overall score is higher than each other side's, a tie counting
   * half: by the other side's name.
   */
  readonly beats: Readonly<Record<string, number>>;
}

/** Reads `number,fluency,…,overall` lines. Throws {@link ScoresError}. */
export function parseScores(text: string, file: string, key: SheetKey): ReaderScores {
  const numbers = new Set(key.poems.map(({ number }) => number));
  const scores = new Map<number, number[]>();
  for (const [i, line] of text.split(/\r?\n/u).entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#') || /^number\b/iu.test(content)) continue;
    const wrong = (what: string) => new ScoresError(`${file}, line ${i + 1}: ${what}`);
    const [number = Number.NaN, ...values] = content
      .split(/[,\t]/u)
      .map((cell) => (cell.trim() === '' ? Number.NaN : Number(cell)));
    if (!numbers.has(number)) throw wrong('the sheet has no poem of this number');
    if (scores.has(number)) throw wrong(`poem ${number} is scored twice`);
    if (values.length !== SCALES.length)
      throw wrong(`${SCALES.length} scores are needed, not ${values.length}`);
    if (!values.every((value) => value >= 1 && value <= 5)) throw wrong('a score is a number from 1 to 5');
    scores.set(number, values);
  }
  const missing = [...numbers].filter((number) => !scores.has(number));
  if (missing.length > 0)
    throw new ScoresError(`${file}: poems without scores: ${missing.slice(0, 10).join(', ')}`);
  return scores;
}

/** Reads a key. Throws {@link ScoresError}. */
export function parseKey(text: string, file: string): SheetKey {
  try {
    const key = JSON.parse(text) as SheetKey;
    if (key.format === 'shiren-sheet-key' && key.version === 1 && Array.isArray(key.poems)) return key;
  } catch {
    // Said below.
  }
  throw new ScoresError(`${file} is not the key of a sheet`);
}

/** Averages by side, best overall first. Needs at least one reader. */
export function averageScores(key: SheetKey, readers: readonly ReaderScores[]): SideScores[] {
  const sides = [...new Set(key.poems.map(({ side }) => side))];
  const overall = SCALES.indexOf('overall');
  const scoreOf = (reader: ReaderScores, number: number, scale: number) =>
    reader.get(number)?.[scale] ?? Number.NaN;
  const numberIn = (group: number, side: string) =>
    key.poems.find((poem) => poem.group === group && poem.side === side)?.number;
  const groups = [...new Set(key.poems.map(({ group }) => group))];
  const beats = (side: string, other: string): number => {
    const points = groups.flatMap((group) => {
      const [ours, theirs] = [numberIn(group, side), numberIn(group, other)];
      if (ours === undefined || theirs === undefined) return [];
      return readers.map((reader) => {
        const difference = scoreOf(reader, ours, overall) - scoreOf(reader, theirs, overall);
        return difference > 0 ? 1 : difference === 0 ? 0.5 : 0;
      });
    });
    return mean(points);
  };
  const rows = sides.map((side): SideScores => {
    const numbers = key.poems.filter((poem) => poem.side === side).map(({ number }) => number);
    const means = Object.fromEntries(
      SCALES.map((scale, s) => [
        scale,
        mean(numbers.flatMap((number) => readers.map((reader) => scoreOf(reader, number, s)))),
      ]),
    ) as Record<Scale, number>;
    const poems = numbers.map((number) => mean(readers.map((reader) => scoreOf(reader, number, overall))));
    return {
      side,
      poems: numbers.length,
      mean: means,
      spread: deviation(poems),
      overallByReader: readers.map((reader) =>
        mean(numbers.map((number) => scoreOf(reader, number, overall))),
      ),
      underTwo: poems.filter((score) => score < 2).length / poems.length,
      beats: Object.fromEntries(
        sides.filter((other) => other !== side).map((other) => [other, beats(side, other)]),
      ),
    };
  });
  return rows.sort((a, b) => b.mean.overall - a.mean.overall);
}

/** The averages as a Markdown table. */
export function scoresTable(rows: readonly SideScores[]): string {
  const head = ['side', 'poems', ...SCALES, '±', 'overall by reader', 'under 2'];
  const body = rows.map((row) => [
    row.side,
    String(row.poems),
    ...SCALES.map((scale) => row.mean[scale].toFixed(2)),
    row.spread.toFixed(2),
    row.overallByReader.map((value) => value.toFixed(2)).join(' '),
    `${Math.round(100 * row.underTwo)} %`,
  ]);
  const beaten = rows.flatMap((row) =>
    Object.entries(row.beats).map(
      ([other, share]) => `${row.side} over ${other}: ${Math.round(100 * share)} % of pairs`,
    ),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line), '', ...beaten].join('\n');
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
}
