/** `npm run backup -- FILE`: copies the SQLite database to a new file while the bot runs. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { loadEnvironment, withoutQuotes } from '../system/environment.ts';
import { messageOf } from '../system/message-of.ts';
import { OperatorError } from '../system/operator-error.ts';
import { printFailure } from '../system/print-failure.ts';
import { dataFolder } from './data-folder.ts';
import { FILE } from './open.ts';
import { SqliteDatabase } from './sqlite.ts';

async function backup(target: string | undefined): Promise<void> {
  if (target === '--help') {
    console.log(
      'npm run backup -- FILE\n\nCopies the SQLite database under DATA_DIR to a new file while the bot runs.',
    );
    return;
  }
  if (!target || target.startsWith('-'))
    throw new OperatorError('Name the file to write, as in npm run backup -- shiren-backup.db');
  if (withoutQuotes(process.env.DATABASE_URL ?? '')) {
    throw new OperatorError('DATABASE_URL names a PostgreSQL database; use pg_dump to back it up.');
  }
  const source = join(dataFolder(withoutQuotes(process.env.DATA_DIR ?? '')), FILE);
  if (!existsSync(source)) throw new OperatorError(`There is no database at ${source}.`);
  const file = resolve(target);
  if (existsSync(file)) throw new OperatorError(`${file} is there already; a backup overwrites nothing.`);
  const database = new SqliteDatabase(source);
  try {
    await database.backup(file);
  } finally {
    await database.close();
  }
  console.log(`Wrote ${file}.`);
}

try {
  loadEnvironment();
  await backup(process.argv[2]);
} catch (error) {
  printFailure(messageOf(error));
  process.exitCode = 1;
}
