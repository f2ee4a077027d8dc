/**
 * SQLite in one file. The package libsql has its binaries in npm packages, so it is installed without a compiler and
 * without any other host (docs/decisions/21-storage-in-libsql.md).
 */

import LibSql from 'libsql';
import type { Database, DatabaseRow, Value } from './database.ts';

/** How long a statement waits for another process that writes, such as a backup. */
const BUSY_MS = 5_000;

export class SqliteDatabase implements Database {
  readonly #database: LibSql.Database;

  /** Opens the file, and creates it if there is none. Throws if it cannot be written. */
  constructor(readonly place: string) {
    this.#database = new LibSql(place);
    try {
      this.#database.pragma(`busy_timeout = ${BUSY_MS}`);
      // In WAL mode readers do not wait for a writer, and a power cut loses no finished transaction's consistency.
      this.#database.pragma('journal_mode = WAL');
      this.#database.pragma('synchronous = NORMAL');
      this.#database.pragma('foreign_keys = ON');
      // A file on a read-only disk opens, and fails at the first write. Find out now.
      this.#database.exec('BEGIN IMMEDIATE; ROLLBACK');
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  async query(sql: string, values: readonly Value[] = []): Promise<readonly DatabaseRow[]> {
    const statement = this.#database.prepare(sql);
    if (statement.reader) return statement.all(...values).map(asRow);
    statement.run(...values);
    return [];
  }

  async script(sql: string): Promise<void> {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      this.#database.exec(sql);
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Writes a copy of the whole database to a new file, while it is in use. Throws if the file is there. */
  async backup(file: string): Promise<void> {
    this.#database.prepare('VACUUM INTO ?').run(file);
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}

function asRow(found: unknown): DatabaseRow {
  const row: Record<string, Value> = {};
  for (const [column, value] of Object.entries(Object(found))) {
    if (typeof value === 'string' || typeof value === 'number' || value === null) row[column] = value;
    else throw new TypeError(`the column ${column} has a value of the type ${typeof value}`);
  }
  return row;
}
