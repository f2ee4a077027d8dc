/** The lines of verse in an embed: how they are written, and how they are read back. */

import type { APIEmbed } from 'discord.js';
import { markedVerseLines } from '../../poetry/verse-lines.ts';
import type { Picture } from '../answer.ts';
import type { File } from './interaction-reply.ts';

/** Vermilion. */
export const COLOUR = 0xc8102e;

/** Markdown for a heading, which Discord shows in large type. */
export const HEADING = '## ';

/** The text lines in large type that an embed shows, if it shows nothing else; otherwise null. */
export function linesShown(embed: Pick<APIEmbed, 'description'> | undefined): readonly string[] | null {
  const lines = embed?.description?.split('\n') ?? [];
  if (lines.length === 0 || !lines.every((line) => line.startsWith(HEADING))) return null;
  return lines.map((line) => line.slice(HEADING.length));
}

/** The verse lines that a poem's embed shows, with their marks. Null if the embed shows no poem. */
export function versesShown(embed: Pick<APIEmbed, 'description'> | undefined): readonly string[] | null {
  return linesShown(embed)?.flatMap(markedVerseLines) ?? null;
}

export function pictureFile({ png, alt }: Picture): File {
  return { name: 'poem.png', data: Buffer.from(png), contentType: 'image/png', description: alt };
}
