/**
 * Where everything on a card stands. Lengths are pixels; a glyph's place is the centre of its square. The sizes follow
 * one number, the size of a verse character, so that cards of all forms have the same proportions.
 */

import type { Card } from './card.ts';

export interface Glyph {
  readonly character: string;
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly ink: 'verse' | 'title' | 'head' | 'mark';
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly glyphs: readonly Glyph[];
  /** The seal's box; its characters stand one above the other. */
  readonly seal: Box;
  /** Thin lines between the columns, as on letter paper: x, from y to y. */
  readonly rules: readonly { readonly x: number; readonly from: number; readonly to: number }[];
  readonly frame: Box;
}

/** Distances in units of a verse character's size. */
const ADVANCE = 1.16;
const COLUMN = 1.62;
const ROW = 1.62;
const MARGIN = 1.55;
const FRAME = 0.62;
const TITLE_SIZE = 0.68;
const SEAL_WIDTH = 0.84;
const SEAL_HEIGHT = 1.56;
/** Of the marks in rows. They hang outside of the column of text. */
const MARK_SIZE = 0.8;

export function layOut(card: Card): Layout {
  return card.layout === 'vertical' ? inColumns(card) : inRows(card);
}

/** The size of a verse character: smaller if there are many lines, so that no card is much wider than a screen. */
function verseSize(lines: number): number {
  if (lines <= 4) return 88;
  return lines <= 8 ? 72 : 56;
}

function withoutMark(line: string): string[] {
  return [...line].filter((character) => !'，。'.includes(character));
}

/** The places that a row needs. A mark at its end hangs in the margin; marks within it have places. */
function widthOf(row: readonly string[]): number {
  return row.length - ('，。'.includes(row.at(-1) ?? ' ') ? 1 : 0);
}

function inColumns({ title, lines, heads }: Card): Layout {
  const size = verseSize(lines.length);
  const columns = lines.map(withoutMark);
  const longest = Math.max(...columns.map(({ length }) => length));
  const pitch = COLUMN * size;
  const margin = MARGIN * size;
  const textHeight = longest * ADVANCE * size;
  const titled = title !== '';
  // A column for the title, one for each line, and one for the seal.
  const count = columns.length + (titled ? 2 : 1);
  const width = Math.round(2 * margin + count * pitch);
  const height = Math.round(2 * margin + textHeight);
  /** The middle of a column, counted from the right. */
  const middle = (column: number) => width - margin - (column + 0.5) * pitch;
  const first = titled ? 1 : 0;
  const verses = columns.flatMap((characters, column) =>
    characters.map((character, place) => ({
      character,
      x: middle(first + column),
      y: margin + (place + 0.5) * ADVANCE * size,
      size,
      ink: heads && place === 0 ? ('head' as const) : ('verse' as const),
    })),
  );
  const seal = { width: SEAL_WIDTH * size, height: SEAL_HEIGHT * size };
  const inset = FRAME * size;
  return {
    width,
    height,
    glyphs: [...titleInColumn(title, middle(0), margin, textHeight, size), ...verses],
    seal: {
      x: middle(count - 1) - seal.width / 2,
      y: margin + textHeight - seal.height - ((ADVANCE - 1) / 2) * size,
      ...seal,
    },
    rules: Array.from({ length: count + 1 }, (_, column) => ({
      x: Math.round(middle(column) + pitch / 2),
      from: Math.round(margin - 0.35 * size),
      to: Math.round(margin + textHeight + 0.35 * size),
    })),
    frame: frameOf(width, height, inset),
  };
}

/** The title from the top of its column, smaller than the verses; smaller still if it would not fit. */
function titleInColumn(title: string, x: number, top: number, height: number, size: number): Glyph[] {
  const characters = [...title];
  const own = Math.min(TITLE_SIZE * size, height / (characters.length * ADVANCE));
  return characters.map((character, place) => ({
    character,
    x,
    y: top + (place + 0.5) * ADVANCE * own + ((size - own) / 2) * (ADVANCE - 1),
    size: own,
    ink: 'title',
  }));
}

function inRows({ title, lines, heads }: Card): Layout {
  const size = verseSize(lines.length);
  const rows = lines.map((line) => [...line]);
  const longest = Math.max(...rows.map(widthOf));
  const margin = MARGIN * size;
  const pitch = ROW * size;
  const textWidth = longest * ADVANCE * size;
  const side = margin + 0.7 * size;
  const width = Math.round(2 * side + textWidth);
  const titleHeight = title === '' ? 0 : 1.7 * size;
  const bottom = margin + titleHeight + rows.length * pitch;
  const seal = { width: SEAL_WIDTH * size, height: SEAL_HEIGHT * size };
  const height = Math.round(bottom + 0.45 * size + seal.height + margin);
  const verses = rows.flatMap((characters, row) =>
    characters.map((character, place) => {
      const isMark = '，。'.includes(character);
      return {
        character,
        x: side + (place + 0.5) * ADVANCE * size,
        y: margin + titleHeight + (row + 0.5) * pitch,
        size: isMark ? MARK_SIZE * size : size,
        ink: isMark ? ('mark' as const) : heads && place === 0 ? ('head' as const) : ('verse' as const),
      };
    }),
  );
  return {
    width,
    height,
    glyphs: [...titleInRow(title, width / 2, margin + 0.5 * size, textWidth, size), ...verses],
    seal: { x: side + textWidth - seal.width - ((ADVANCE - 1) / 2) * size, y: bottom + 0.45 * size, ...seal },
    rules: [],
    frame: frameOf(width, height, FRAME * size),
  };
}

function titleInRow(title: string, middle: number, y: number, width: number, size: number): Glyph[] {
  const characters = [...title];
  const own = Math.min(TITLE_SIZE * size, width / (characters.length * ADVANCE));
  const left = middle - (characters.length * ADVANCE * own) / 2;
  return characters.map((character, place) => ({
    character,
    x: left + (place + 0.5) * ADVANCE * own,
    y,
    size: own,
    ink: 'title',
  }));
}

function frameOf(width: number, height: number, inset: number): Box {
  return { x: inset, y: inset, width: width - 2 * inset, height: height - 2 * inset };
}
