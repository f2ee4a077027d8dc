/** The red seal of a card: two light characters cut into a worn block of vermilion. */

import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Box } from './layout.ts';
import type { Palette } from './paper.ts';

/** Nicks in the edges of the block. */
const NICKS = 46;

/** `drawCharacter` draws a character at its centre, in the context's fill style. */
export function paintSeal(
  context: SKRSContext2D,
  seal: string,
  { x, y, width, height }: Box,
  palette: Palette,
  random: () => number,
  drawCharacter: (character: string, x: number, y: number, size: number) => void,
): void {
  context.fillStyle = palette.red;
  context.beginPath();
  context.roundRect(x, y, width, height, width * 0.11);
  context.fill();
  context.fillStyle = palette.paper;
  for (let i = 0; i < NICKS; i++) nick(context, { x, y, width, height }, random);
  const inset = width * 0.075;
  context.strokeStyle = palette.sealInk;
  context.lineWidth = width * 0.028;
  context.beginPath();
  context.roundRect(x + inset, y + inset, width - 2 * inset, height - 2 * inset, width * 0.06);
  context.stroke();
  const characters = [...seal];
  const size = Math.min(width * 0.76, (height * 0.84) / characters.length);
  for (const [place, character] of characters.entries()) {
    const top = y + height / 2 - (characters.length * size) / 2;
    drawCharacter(character, x + width / 2, top + (place + 0.5) * size, size);
  }
}

/** A bite out of the edge, as old seals have. */
function nick(context: SKRSContext2D, { x, y, width, height }: Box, random: () => number): void {
  const along = random() * 2 * (width + height);
  const radius = width * (0.006 + random() ** 2 * 0.022);
  const [nickX, nickY] =
    along < width
      ? [x + along, y]
      : along < width + height
        ? [x + width, y + along - width]
        : along < 2 * width + height
          ? [x + along - width - height, y + height]
          : [x, y + along - 2 * width - height];
  context.beginPath();
  context.arc(nickX, nickY, radius, 0, 2 * Math.PI);
  context.fill();
}
