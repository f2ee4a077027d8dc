/**
 * The thin layer over the two databases: SQLite in a file, and PostgreSQL for several bots that share one. Statements
 * are written in the SQL that both know, with `?` for each value.
 */

export type Value = string | number | null;
export type DatabaseRow = Readonly<Record<string, Value>>;

export interface Database {
  /** For the log: where the data are. */
  readonly place: string;
  /** Runs one statement, and returns its rows; none if it has no result. */
  query(sql: string, values?: readonly Value[]): Promise<readonly DatabaseRow[]>;
  /** Runs statements without values, all of them or none. */
  script(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** A column that must be a text. Throws if it is none, which is a bug. */
export function text(row: DatabaseRow, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`the column ${column} is no text`);
  return value;
}

/** A column that must be a number. PostgreSQL sends large integers as texts. */
export function number(row: DatabaseRow, column: string): number {
  const value = row[column];
  const read = typeof value === 'string' ? Number(value) : value;
  if (typeof read !== 'number' || !Number.isFinite(read)) {
    throw new TypeError(`the column ${column} is no number`);
  }
  return read;
}
