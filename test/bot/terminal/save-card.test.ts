import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Answer } from '../../../src/bot/answer.ts';
import { saveCard } from '../../../src/bot/terminal/save-card.ts';

const card = (png: string, file?: string) =>
  ({
    kind: 'card',
    spec: { seed: 7 },
    picture: { png: Buffer.from(png), file: file ?? null },
  }) as unknown as Answer;

test('a card that has no name replaces no other, and one with a name replaces its file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shiren-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  vi.spyOn(process, 'cwd').mockReturnValue(folder);
  const context = { locale: 'en-US' } as const;
  expect(await saveCard(card('one'), context)).toEqual([`Card: ${join(folder, 'poem-7.png')}`]);
  expect(await saveCard(card('two'), context)).toEqual([`Card: ${join(folder, 'poem-7-2.png')}`]);
  await saveCard(card('three', 'mine.png'), context);
  await saveCard(card('four', 'mine.png'), context);
  expect(await readdir(folder)).toEqual(['mine.png', 'poem-7-2.png', 'poem-7.png']);
  expect(await readFile(join(folder, 'poem-7.png'), 'utf8')).toBe('one');
  expect(await readFile(join(folder, 'mine.png'), 'utf8')).toBe('four');
});
