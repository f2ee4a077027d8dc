import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Favourites, type KeptPoem, MAX_KEPT } from '../../src/bot/favourites.ts';
import type { Database } from '../../src/storage/database.ts';
import { openDatabase } from '../../src/storage/open.ts';

let folder: string;
let database: Database;
let now: number;
let favourites: Favourites;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shiren-data-'));
  database = await openDatabase({ folder, address: undefined });
  now = 1_795_000_000_000;
  favourites = new Favourites(database, () => now++);
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const poemOf = (line: string): KeptPoem => ({
  spec: {
    request: { kind: 'acrostic', heads: '春夏', length: 5, title: '', meter: 'strict', rhyme: 'auto' },
    mood: 'free',
    seed: 7,
    script: null,
  },
  script: 'traditional',
  title: '四時',
  lines: [line],
});

it('a poem comes back whole, the one kept last first', async () => {
  await favourites.keep('1', poemOf('春風，'));
  await favourites.keep('1', poemOf('夏月，'));
  await favourites.keep('2', poemOf('秋水，'));
  expect(await favourites.at('1', 0)).toMatchObject({ index: 0, total: 2, poem: poemOf('夏月，') });
  expect(await favourites.at('1', 99)).toMatchObject({ index: 1, total: 2, poem: poemOf('春風，') });
  expect(await favourites.at('3', 0)).toBeNull();
});

it('a poem that is kept twice is there once, and belongs to its owner', async () => {
  await favourites.keep('1', poemOf('春風，'));
  await favourites.keep('1', poemOf('春風，'));
  const kept = await favourites.at('1', 0);
  expect(kept?.total).toBe(1);
  const id = kept?.id ?? '';
  expect(await favourites.find('2', id)).toBeNull();
  await favourites.remove('2', id);
  expect(await favourites.find('1', id)).toEqual(poemOf('春風，'));
  await favourites.remove('1', id);
  expect(await favourites.count('1')).toBe(0);
});

it('nobody keeps more than the limit', async () => {
  for (let i = 0; i < MAX_KEPT; i++) expect(await favourites.keep('1', poemOf(`${i}，`))).toBe(true);
  expect(await favourites.keep('1', poemOf('一，'))).toBe(false);
  expect(await favourites.keep('2', poemOf('一，'))).toBe(true);
});

it('to forget a user removes all of theirs and nothing of others', async () => {
  await favourites.keep('1', poemOf('春風，'));
  await favourites.keep('1', poemOf('夏月，'));
  await favourites.keep('2', poemOf('春風，'));
  expect(await favourites.forget('1')).toBe(2);
  expect(await favourites.count('1')).toBe(0);
  expect(await favourites.count('2')).toBe(1);
});
