/** PostgreSQL, for several bots that share their data. */

import { Pool } from 'pg';
import type { Database, DatabaseRow, Value } from './database.ts';

export class PostgresDatabase implements Database {
  readonly place: string;
  readonly #pool: Pool;

  constructor(address: string) {
    this.#pool = new Pool({ connectionString: address, max: 4 });
    // An idle connection that breaks is opened again by the next query, so it must not end the program.
    this.#pool.on('error', () => {});
    const { host, pathname } = new URL(address);
    // Without the password.
    this.place = `postgres://${host}${pathname}`;
  }

  async query(sql: string, values: readonly Value[] = []): Promise<readonly DatabaseRow[]> {
    let count = 0;
    const numbered = sql.replaceAll('?', () => `$${++count}`);
    const { rows } = await this.#pool.query<DatabaseRow>(numbered, [...values]);
    return rows;
  }

  async script(sql: string): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query(`BEGIN; ${sql}; COMMIT`);
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
