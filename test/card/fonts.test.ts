import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CardFonts } from '../../src/card/fonts.ts';
import { toSimplified } from '../../src/poetry/script.ts';

const fonts = new CardFonts();

it('the fonts have every character of the vocabulary, in both scripts, and every mark', () => {
  const folder = join('checkpoints', 'tang');
  const file = readdirSync(folder).find((name) => name.startsWith('vocabulary-')) ?? '';
  const { hanzi }: { hanzi: string } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const all = new Set([...hanzi, ...[...hanzi].map(toSimplified), ...'，。·诗詩人']);
  expect(all.size).toBeGreaterThan(6000);
  expect([...all].filter((character) => fonts.find(character) === null)).toEqual([]);
});

it('common characters are in one font, and rare ones in another', () => {
  expect(fonts.show('月').font.name).toBe(fonts.show('诗').font.name);
  expect(fonts.show('龘').font.name).not.toBe(fonts.show('月').font.name);
});

it('a character that no font has is shown in another writing, or as 〓', () => {
  expect(fonts.show('𣯶').character).toBe('毿');
  expect(fonts.find('𠀀')).toBeNull();
  expect(fonts.show('𠀀').character).toBe('〓');
});
