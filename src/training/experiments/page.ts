/**
 * Fills tables into a Markdown page. The page marks the place of a table with two comments, and everything between them
 * is replaced:
 *
 *     <!-- table:losses -->
 *     <!-- /table -->
 */

import { OperatorError } from '../../system/operator-error.ts';

/** A mark is missing from the page. */
export class PageError extends OperatorError {
  override readonly name = 'PageError';
}

const OPENING = '<!-- table:';
const CLOSING = '<!-- /table -->';

/** Throws {@link PageError} unless the page has a place for each of the tables. */
export function checkPlaces(page: string, names: readonly string[]): void {
  for (const name of names) placeOf(page, name);
}

/** The page with each table in its place. Throws {@link PageError} if a table has no place. */
export function fillTables(page: string, tables: { readonly [name: string]: string }): string {
  return Object.entries(tables).reduce((filled, [name, table]) => {
    const { start, end } = placeOf(filled, name);
    return `${filled.slice(0, start)}\n\n${table}\n\n${filled.slice(end)}`;
  }, page);
}

/** Where the table's text begins and ends, between its two marks. */
function placeOf(page: string, name: string): { readonly start: number; readonly end: number } {
  const opening = `${OPENING}${name} -->`;
  const at = page.indexOf(opening);
  if (at < 0) throw new PageError(`the page has no mark ${opening}, so table ${name} has no place in it`);
  const start = at + opening.length;
  const end = page.indexOf(CLOSING, start);
  const next = page.indexOf(OPENING, start);
  if (end < 0 || (next >= 0 && next < end)) {
    throw new PageError(`the page has no mark ${CLOSING} after ${opening}`);
  }
  return { start, end };
}
