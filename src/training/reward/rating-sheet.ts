/**
 * Sheets of poems that readers rate line by line, the key with what a reader does not see, and the file of ratings that
 * both make together. Unlike the sheets of `reading/`, which compare the poet with others, these are what it learns from.
 */

import { FORMS, type FormName } from '../../poetry/form.ts';
import { toSimplified } from '../../poetry/script.ts';
import { markedVerseLines } from '../../poetry/verse-lines.ts';
import { RATINGS_COLUMNS, RatingsError } from './ratings.ts';

/** A poem that is to be rated, with what the file of ratings says of it; `ratings.ts` explains the fields. */
export interface UnratedPoem {
  readonly request: string;
  readonly form: FormName;
  readonly title: string;
  readonly opening: string;
  readonly heads: string;
  /** For each line, the mean NLL in nats of the hanzi that the model wrote. */
  readonly nlls: readonly number[];
  /** In traditional script, with marks. */
  readonly text: string;
}

/** What a reader said of a poem. */
interface Rating {
  readonly overall: number;
  /** A digit for each line. */
  readonly lines: string;
}

const INSTRUCTIONS = `# Poems to rate

You read classical Chinese. The poems of a group answer one request. Rate each of them:

- overall: from 1 (word salad) over 3 (a passable imitation) to 5 (a fine Tang poem), in quarters;
- each line: a digit from 1 (broken) to 5 (good), for the line as language, and for what it does in its place: whether it
  follows from the line before, keeps to season, hour, place and title, is no stock filler, and, at the end, closes the
  poem.

Judge what is said. Meter and rhyme are right. Compare the poems of a group with one another, and use the whole scale.
Write one row a poem into a file of your own, its number first, then overall, then the digits of its lines in order:

    1 2.75 3342
`;

/** The poems as Markdown. Their numbers count from 1; the poems of one request stand together. */
export function layOutRatingSheet(poems: readonly UnratedPoem[]): string {
  const parts = [INSTRUCTIONS];
  for (const [i, poem] of poems.entries()) {
    if (poem.request !== poems[i - 1]?.request) parts.push(`## ${askedFor(poem)}\n`);
    const title = poem.title ? `《${toSimplified(poem.title)}》\n` : '';
    const lines = markedVerseLines(toSimplified(poem.text)).join('\n');
    parts.push(`${i + 1}.\n${title}${lines}\n`);
  }
  return parts.join('\n');
}

function askedFor({ form, opening, heads }: UnratedPoem): string {
  const asked = heads ? `, acrostic of ${heads}` : opening ? `, beginning with ${opening}` : '';
  return toSimplified(FORMS[form].title + asked);
}

/** The rows of the file of ratings. `name` says which sheet it is; `file` is for messages. Throws a {@link RatingsError}. */
export function ratedRows(
  poems: readonly UnratedPoem[],
  scores: string,
  { name, file }: { readonly name: string; readonly file: string },
): string[] {
  const ratings = parseRatingScores(scores, file);
  const last = Math.max(...ratings.keys());
  if (last > poems.length) throw new RatingsError(`${file}: the sheet has no poem ${last}.`);
  return poems.map(({ request, form, title, opening, heads, nlls, text }, i) => {
    const rating = ratings.get(i + 1);
    if (!rating) throw new RatingsError(`${file}: poem ${i + 1} has no rating.`);
    if (rating.lines.length !== nlls.length) {
      throw new RatingsError(
        `${file}: poem ${i + 1} has ${nlls.length} lines, and ${rating.lines.length} digits.`,
      );
    }
    const means = nlls.map((nll) => nll.toFixed(2)).join(',');
    return [name, request, form, title, opening, heads, rating.overall, rating.lines, means, text].join('\t');
  });
}

/** The text of a file of ratings. */
export function ratingsFile(rows: readonly string[]): string {
  return `${[RATINGS_COLUMNS.join('\t'), ...rows].join('\n')}\n`;
}

function parseRatingScores(text: string, file: string): Map<number, Rating> {
  const ratings = new Map<number, Rating>();
  for (const [i, line] of text.split(/\r?\n/u).entries()) {
    const row = line.trim();
    if (row === '' || row.startsWith('#')) continue;
    const [, number, overall, lines = ''] = /^(\d+)[\s,]+([\d.]+)[\s,]+([1-5]+)$/u.exec(row) ?? [];
    const isRating = Number(overall) >= 1 && Number(overall) <= 5;
    if (!isRating) throw new RatingsError(`${file}, line ${i + 1}: this is not a rating.`);
    if (ratings.has(Number(number))) throw new RatingsError(`${file}: poem ${number} is rated twice.`);
    ratings.set(Number(number), { overall: Number(overall), lines });
  }
  return ratings;
}
