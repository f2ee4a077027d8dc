import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { number, text } from '../../src/storage/database.ts';
import { MIGRATIONS, migrate } from '../../src/storage/migrations.ts';
import { FILE, openDatabase } from '../../src/storage/open.ts';
import { PostgresDatabase } from '../../src/storage/postgres.ts';
import { SqliteDatabase } from '../../src/storage/sqlite.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-data-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** PostgreSQL is tested if there is one: TEST_DATABASE_URL names an empty database. */
const { TEST_DATABASE_URL } = process.env;

describe.each([
  ['SQLite', () => new SqliteDatabase(join(folder, 'a.db'))],
  ...(TEST_DATABASE_URL ? [['PostgreSQL', () => new PostgresDatabase(TEST_DATABASE_URL)] as const] : []),
] as const)('%s', (_, open) => {
  it('keeps texts of any script and times in milliseconds', async () => {
    const database = open();
    await database.script('CREATE TABLE things (name TEXT PRIMARY KEY, at BIGINT NOT NULL)');
    const now = 1_795_000_000_123;
    await database.query('INSERT INTO things VALUES (?, ?)', ["𠀀月'; DROP TABLE things", now]);
    const [row] = await database.query('SELECT name, at FROM things WHERE at = ?', [now]);
    expect(row && text(row, 'name')).toBe("𠀀月'; DROP TABLE things");
    expect(row && number(row, 'at')).toBe(now);
    expect(await database.query('DELETE FROM things WHERE at = ? RETURNING name', [now])).toHaveLength(1);
    expect(await database.query('SELECT name FROM things')).toEqual([]);
    await database.query('DROP TABLE things');
    await database.close();
  });

  it('runs all of a script or nothing', async () => {
    const database = open();
    await expect(
      database.script('CREATE TABLE half (a TEXT); INSERT INTO nowhere VALUES (1)'),
    ).rejects.toThrow();
    await expect(database.query('SELECT a FROM half')).rejects.toThrow();
    await database.close();
  });

  it('takes each migration once', async () => {
    const database = open();
    const steps = ['CREATE TABLE first (a TEXT)', 'CREATE TABLE second (a TEXT)'];
    await migrate(database, steps.slice(0, 1));
    await migrate(database, steps);
    await migrate(database, steps);
    expect(await database.query('SELECT step FROM migrations ORDER BY step')).toEqual([
      { step: 0 },
      { step: 1 },
    ]);
    await expect(migrate(database, steps.slice(0, 1))).rejects.toThrow('a later version');
    await database.script('DROP TABLE first; DROP TABLE second; DROP TABLE migrations');
    await database.close();
  });

  it('is migrated once by bots that start together', async () => {
    const bots = [open(), open(), open()];
    const steps = ['CREATE TABLE first (a TEXT)', 'CREATE TABLE second (a TEXT)'];
    await Promise.all(bots.map((bot) => migrate(bot, steps)));
    const [database] = bots;
    expect(await database?.query('SELECT step FROM migrations')).toHaveLength(steps.length);
    await database?.script('DROP TABLE first; DROP TABLE second; DROP TABLE migrations');
    for (const bot of bots) await bot.close();
  });
});

describe('the database file', () => {
  it('is in WAL mode, and keeps its rows when it is opened again', async () => {
    const settings = { folder: join(folder, 'new', 'data'), address: undefined };
    const database = await openDatabase(settings);
    expect(await database.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    await database.query('INSERT INTO favourites VALUES (?, ?, ?, ?)', ['1', 'a', 5, '{}']);
    await database.close();
    const again = await openDatabase(settings);
    expect(await again.query('SELECT owner FROM favourites')).toEqual([{ owner: '1' }]);
    expect(await again.query('SELECT step FROM migrations')).toHaveLength(MIGRATIONS.length);
    await again.close();
  });

  it('cannot be opened where a file has the place of its folder, or where it is no database', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(openDatabase({ folder: join(folder, 'file'), address: undefined })).rejects.toThrow();
    await writeFile(
      join(folder, FILE),
      'not a database, but a text that is long enough to be a header of one'.repeat(9),
    );
    await expect(openDatabase({ folder, address: undefined })).rejects.toThrow();
  });

  it('is copied by a backup while it is in use', async () => {
    const database = new SqliteDatabase(join(folder, FILE));
    await migrate(database);
    await database.query('INSERT INTO favourites VALUES (?, ?, ?, ?)', ['1', 'a', 5, '{}']);
    const copy = join(folder, 'copy.db');
    await database.backup(copy);
    await expect(database.backup(copy)).rejects.toThrow();
    await database.close();
    expect((await readFile(copy)).subarray(0, 15).toString()).toBe('SQLite format 3');
    const restored = new SqliteDatabase(copy);
    expect(await restored.query('SELECT poem FROM favourites')).toEqual([{ poem: 'a' }]);
    await restored.close();
  });
});
