/** Opens the database that the settings name, and brings its tables up to date. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { migrate } from './migrations.ts';

export interface StorageSettings {
  /** The folder of the SQLite file. It is created if it is not there. */
  readonly folder: string;
  /** The address of a PostgreSQL database, which is used instead of the file. */
  readonly address: string | undefined;
}

export const FILE = 'shiren.db';

/** Throws if the database cannot be opened or written. */
export async function openDatabase({ folder, address }: StorageSettings): Promise<Database> {
  const database = await connect(folder, address);
  try {
    await migrate(database);
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** Loads only the driver that is used: an address needs no SQLite, and a file no PostgreSQL. */
async function connect(folder: string, address: string | undefined): Promise<Database> {
  if (address !== undefined) {
    const { PostgresDatabase } = await import('./postgres.ts');
    return new PostgresDatabase(address);
  }
  await mkdir(folder, { recursive: true });
  const { SqliteDatabase } = await import('./sqlite.ts');
  return new SqliteDatabase(join(folder, FILE));
}
