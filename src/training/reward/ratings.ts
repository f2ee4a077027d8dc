/**
 * Readers' ratings of poems that the model wrote, line by line: `data/ratings*.tsv`. data/README.md says who read and how.
 *
 * A poem is a row of tab-separated values under a row of names: the sheet (one reader read it whole), the number of the
 * request that the poem answers, the form, the title, the opening and the heads that were asked for, the rating of the
 * whole, a digit for the rating of each line, the mean NLL of each line in nats a hanzi, separated by commas or left out
 * for all lines, and the text.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { FORM_NAMES, FORMS, type FormName } from '../../poetry/form.ts';
import { verseLines } from '../../poetry/verse-lines.ts';
import { OperatorError } from '../../system/operator-error.ts';

/** The files `from` to `to`, relative to the root of the repository, in which npm runs its scripts. */
function files(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) =>
    from + i === 1 ? 'data/ratings.tsv' : `data/ratings-${from + i}.tsv`,
  );
}

/** What the recipe `tang-rated` learns from: poems by the weights that it begins with, or by those just before. */
export const ROUND_RATINGS_PATHS: readonly string[] = files(28, 31);

/**
 * What the reward model learns from: poems by weights that are close to the served ones, with likelihoods. Older files
 * add nothing (docs/decisions/45).
 */
export const RECENT_RATINGS_PATHS: readonly string[] = files(27, 34);

/** All ratings. */
export const RATINGS_PATHS: readonly string[] = files(1, 34);

/** The names in the first row of a file. */
export const RATINGS_COLUMNS = [
  'sheet',
  'request',
  'form',
  'title',
  'opening',
  'heads',
  'overall',
  'lines',
  'nlls',
  'text',
];

export interface RatedLine {
  /** Its hanzi, without the mark. */
  readonly text: string;
  /** 1 to 5. */
  readonly rating: number;
  /** Of what the model wrote of it, in nats a hanzi. Null: it was not recorded. */
  readonly nll: number | null;
}

export interface RatedPoem {
  readonly sheet: string;
  readonly request: string;
  readonly form: FormName;
  readonly title: string;
  /** What it had to begin with, or the first characters that its lines had to have; empty if nothing was asked for. */
  readonly opening: string;
  readonly heads: string;
  /** 1 to 5. */
  readonly overall: number;
  readonly lines: readonly RatedLine[];
}

/** Files of ratings. */
export interface Ratings {
  readonly poems: readonly RatedPoem[];
  /** The SHA-256 of the files, one after another. */
  readonly hash: string;
}

/** The ratings cannot be read. The message is a full sentence for the operator. */
export class RatingsError extends OperatorError {
  override name = 'RatingsError';
}

/** Throws a {@link RatingsError}. */
export async function readRatings(paths: readonly string[]): Promise<Ratings> {
  const hash = createHash('sha256');
  const poems: RatedPoem[] = [];
  for (const path of paths) {
    const text = await readText(path);
    hash.update(text);
    poems.push(...parseRatings(text, path));
  }
  return { poems, hash: hash.digest('hex') };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new RatingsError(
      `${path} cannot be read. The files of ratings are part of the repository, not of the package.`,
    );
  }
}

/** The poems of a file's text. `path` is for messages. Throws a {@link RatingsError} that names the row. */
export function parseRatings(text: string, path: string): RatedPoem[] {
  const rows = text.trimEnd().split(/\r?\n/);
  if (rows[0] !== RATINGS_COLUMNS.join('\t')) {
    throw new RatingsError(`${path} does not begin with the columns ${RATINGS_COLUMNS.join(', ')}.`);
  }
  return rows.slice(1).map((row, i) => {
    const poem = poemOf(row.split('\t'));
    if (!poem) throw new RatingsError(`${path}: row ${i + 2} is not a rated poem.`);
    return poem;
  });
}

/** Null if the fields are not those of a poem. */
function poemOf(fields: string[]): RatedPoem | null {
  const [sheet, request, tag, title = '', opening = '', heads = '', overall, ratings, nlls, text] = fields;
  const form = FORM_NAMES.find((name) => name === tag);
  if (!form || !sheet || !request || !ratings || nlls === undefined || !text) return null;
  const verses = verseLines(text);
  const digits = [...ratings].map(Number);
  const means = nlls === '' ? verses.map(() => null) : nlls.split(',').map(Number);
  const count = FORMS[form].lines;
  const fits =
    [verses, digits, means].every(({ length }) => length === count) &&
    verses.every((verse) => [...verse].length === FORMS[form].length) &&
    [Number(overall), ...digits].every((rating) => rating >= 1 && rating <= 5) &&
    means.every((mean) => mean === null || Number.isFinite(mean)) &&
    verses.join('').startsWith(opening) &&
    [...heads].every((head, i) => verses[i]?.startsWith(head));
  if (!fits) return null;
  const lines = verses.map((verse, i) => ({ text: verse, rating: digits[i] ?? 0, nll: means[i] ?? null }));
  return { sheet, request, form, title, opening, heads, overall: Number(overall), lines };
}
