/** The poems that users have kept. A user's id, the poem and the time are stored, and nothing else. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { FORM_NAMES } from '../poetry/form.ts';
import { METERS, MOODS, SCRIPTS } from '../poetry/request.ts';
import { type Database, number, text } from '../storage/database.ts';

/** A user may keep so many poems. */
export const MAX_KEPT = 500;

const COMMON = { title: z.string(), meter: z.enum(METERS), rhyme: z.string() };

/** A `PoemSpec` as it is stored. */
export const STORED_SPEC = z.object({
  request: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('poem'), opening: z.string(), form: z.enum(FORM_NAMES), ...COMMON }),
    z.object({
      kind: z.literal('acrostic'),
      heads: z.string(),
      length: z.union([z.literal(5), z.literal(7)]),
      ...COMMON,
    }),
  ]),
  mood: z.enum(MOODS),
  seed: z.number(),
  script: z.enum(SCRIPTS).nullable(),
});

/** A kept poem as it is stored. */
const KEPT = z.object({
  spec: STORED_SPEC,
  script: z.enum(SCRIPTS),
  title: z.string(),
  /** The verse lines with their marks, in `script`. */
  lines: z.array(z.string()),
});

export type KeptPoem = Readonly<z.infer<typeof KEPT>>;

export interface KeptAt {
  /** The poem's id among those of its owner. */
  readonly id: string;
  readonly poem: KeptPoem;
  /** From 0, the one kept last first. */
  readonly index: number;
  readonly total: number;
}

export class Favourites {
  constructor(
    readonly database: Database,
    readonly now: () => number = Date.now,
  ) {}

  /** Keeps a poem. Whoever keeps it twice has it once. Returns false if the user has kept too many. */
  async keep(owner: string, poem: KeptPoem): Promise<boolean> {
    if ((await this.count(owner)) >= MAX_KEPT) return false;
    const id = createHash('sha256').update(poem.lines.join('')).digest('hex').slice(0, 16);
    await this.database.query(
      'INSERT INTO favourites (owner, poem, kept_at, data) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      [owner, id, this.now(), JSON.stringify(poem)],
    );
    return true;
  }

  async count(owner: string): Promise<number> {
    const [row] = await this.database.query('SELECT COUNT(*) AS total FROM favourites WHERE owner = ?', [
      owner,
    ]);
    return row ? number(row, 'total') : 0;
  }

  /** The poem at `index`, or the last one if there are fewer. Null if the user has kept none. */
  async at(owner: string, index: number): Promise<KeptAt | null> {
    const total = await this.count(owner);
    const shown = Math.max(0, Math.min(index, total - 1));
    const [row] = await this.database.query(
      'SELECT poem, data FROM favourites WHERE owner = ? ORDER BY kept_at DESC, poem LIMIT 1 OFFSET ?',
      [owner, shown],
    );
    return row ? { id: text(row, 'poem'), poem: read(text(row, 'data')), index: shown, total } : null;
  }

  async find(owner: string, id: string): Promise<KeptPoem | null> {
    const [row] = await this.database.query('SELECT data FROM favourites WHERE owner = ? AND poem = ?', [
      owner,
      id,
    ]);
    return row ? read(text(row, 'data')) : null;
  }

  async remove(owner: string, id: string): Promise<void> {
    await this.database.query('DELETE FROM favourites WHERE owner = ? AND poem = ?', [owner, id]);
  }

  /** Removes all that is stored of a user. Returns how many poems that were. */
  async forget(owner: string): Promise<number> {
    const removed = await this.database.query('DELETE FROM favourites WHERE owner = ? RETURNING poem', [
      owner,
    ]);
    return removed.length;
  }
}

function read(data: string): KeptPoem {
  return KEPT.parse(JSON.parse(data));
}
