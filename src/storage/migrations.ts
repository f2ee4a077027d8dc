/**
 * The tables, as a list of steps. A step is never changed once it is released: a change is a new step at the end. The
 * table `migrations` says which steps a database has taken.
 */

import { type Database, number } from './database.ts';

/** Times are Unix milliseconds; ids are Discord's, as texts. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE favourites (
     owner TEXT NOT NULL,
     poem TEXT NOT NULL,
     kept_at BIGINT NOT NULL,
     data TEXT NOT NULL,
     PRIMARY KEY (owner, poem)
   )`,
  // `daily` has one row a server: what was set, when the next poem is due, and for how many days none could be posted.
  // `daily_posts` has one row for each poem that a bot has begun to post.
  `CREATE TABLE daily (
     bot TEXT NOT NULL,
     guild TEXT NOT NULL,
     channel TEXT NOT NULL,
     minute INTEGER NOT NULL,
     zone TEXT NOT NULL,
     form TEXT NOT NULL,
     theme TEXT NOT NULL,
     locale TEXT NOT NULL,
     setter TEXT NOT NULL,
     next_day TEXT NOT NULL,
     next_at BIGINT NOT NULL,
     refusals INTEGER NOT NULL,
     told INTEGER NOT NULL,
     stopped INTEGER NOT NULL,
     PRIMARY KEY (bot, guild)
   );
   CREATE INDEX daily_next_at ON daily (bot, next_at);
   CREATE TABLE daily_posts (
     bot TEXT NOT NULL,
     guild TEXT NOT NULL,
     day TEXT NOT NULL,
     state TEXT NOT NULL,
     holder TEXT NOT NULL,
     held_at BIGINT NOT NULL,
     PRIMARY KEY (bot, guild, day)
   )`,
];

/**
 * Takes the steps that the database has not taken. Throws if a later version of the program has changed it.
 *
 * Two bots that start together take a step once: the second one's insert fails, and all of its step with it. Then it
 * reads again what is left. It can lose each step once, and the table of the steps.
 */
export async function migrate(database: Database, steps: readonly string[] = MIGRATIONS): Promise<void> {
  for (let losses = 0; ; losses++) {
    try {
      await takeSteps(database, steps);
      return;
    } catch (error) {
      if (losses > steps.length || !isTaken(error)) throw error;
    }
  }
}

/**
 * unique_violation, duplicate_table and duplicate_object. `IF NOT EXISTS` prevents none of them while two programs create
 * the same table: a table has a row type of its name.
 */
const TAKEN_IN_POSTGRESQL = ['23505', '42P07', '42710'];

/** Whether another program was faster to insert the row, or to create the table. */
function isTaken(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  const code = String(error.code);
  return TAKEN_IN_POSTGRESQL.includes(code) || code.startsWith('SQLITE_CONSTRAINT');
}

async function takeSteps(database: Database, steps: readonly string[]): Promise<void> {
  await database.query('CREATE TABLE IF NOT EXISTS migrations (step INTEGER PRIMARY KEY)');
  const [row] = await database.query('SELECT COUNT(*) AS taken FROM migrations');
  const taken = row ? number(row, 'taken') : 0;
  if (taken > steps.length) {
    throw new Error(`it was written by a later version, which has ${taken} migrations, not ${steps.length}`);
  }
  for (const [index, step] of steps.entries()) {
    if (index >= taken) await database.script(`INSERT INTO migrations VALUES (${index}); ${step}`);
  }
}
