/**
 * Readers' ratings of poems that the model wrote, line by line: `data/ratings.tsv`. data/README.md says who read and how.
 *
 * A poem is a row of tab-separated values under a row of names: the sheet (one reader read it whole), the number of the
 * request that the poem answers, the form, the title, the rating of the whole, a digit for the rating of each line, the
 * mean NLL of each line in nats a hanzi, separated by commas, and the text.
 */

import { readFile } from 'node:fs/promises';
import { FORM_NAMES, FORMS, type FormName } from '../../poetry/form.ts';
import { verseLines } from '../../poetry/verse-lines.ts';
import { OperatorError } from '../../system/operator-error.ts';

/** Relative to the root of the repository, in which npm runs its scripts. */
export const RATINGS_PATH = 'data/ratings.tsv';

const COLUMNS = ['sheet', 'request', 'form', 'title', 'overall', 'lines', 'nlls', 'text'];

export interface RatedLine {
  /** Its hanzi, without the mark. */
  readonly text: string;
  /** 1 to 5. */
  readonly rating: number;
  /** Of what the model wrote of it, in nats a hanzi. */
  readonly nll: number;
}

export interface RatedPoem {
  readonly sheet: string;
  readonly request: string;
  readonly form: FormName;
  readonly title: string;
  /** 1 to 5. */
  readonly overall: number;
  readonly lines: readonly RatedLine[];
}

/** The ratings cannot be read. The message is a full sentence for the operator. */
export class RatingsError extends OperatorError {
  override name = 'RatingsError';
}

/** Throws a {@link RatingsError}. */
export async function readRatings(path = RATINGS_PATH): Promise<RatedPoem[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    throw new RatingsError(`${path} cannot be read. It is part of the repository, not of the package.`);
  }
  return parseRatings(text, path);
}

/** The poems of a file's text. `path` is for messages. Throws a {@link RatingsError} that names the row. */
export function parseRatings(text: string, path = RATINGS_PATH): RatedPoem[] {
  const rows = text.trimEnd().split(/\r?\n/);
  if (rows[0] !== COLUMNS.join('\t')) {
    throw new RatingsError(`${path} does not begin with the columns ${COLUMNS.join(', ')}.`);
  }
  return rows.slice(1).map((row, i) => {
    const poem = poemOf(row.split('\t'));
    if (!poem) throw new RatingsError(`${path}: row ${i + 2} is not a rated poem.`);
    return poem;
  });
}

/** Null if the fields are not those of a poem. */
function poemOf([sheet, request, tag, title, overall, ratings, nlls, text]: string[]): RatedPoem | null {
  const form = FORM_NAMES.find((name) => name === tag);
  if (!form || !sheet || !request || title === undefined || !ratings || !nlls || !text) return null;
  const verses = verseLines(text);
  const digits = [...ratings].map(Number);
  const means = nlls.split(',').map(Number);
  const count = FORMS[form].lines;
  const fits =
    [verses, digits, means].every(({ length }) => length === count) &&
    verses.every((verse) => [...verse].length === FORMS[form].length) &&
    [Number(overall), ...digits].every((rating) => rating >= 1 && rating <= 5) &&
    means.every(Number.isFinite);
  if (!fits) return null;
  const lines = verses.map((verse, i) => ({ text: verse, rating: digits[i] ?? 0, nll: means[i] ?? 0 }));
  return { sheet, request, form, title, overall: Number(overall), lines };
}
