/** Paints a card to a PNG. Runs in the card's thread, because it takes a tenth of a second. */

import { createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas';
import type { Card } from './card.ts';
import type { CardFont, CardFonts } from './fonts.ts';
import { type Layout, layOut } from './layout.ts';
import { PALETTES, type Palette, paintPaper } from './paper.ts';
import { paintSeal } from './seal.ts';

/** From the middle of a character's square down to its baseline, in units of its size. */
const BASELINE = 0.365;
/** Text of the fonts is a little light at the size of a seal. */
const SEAL_STROKE = 0.022;
/** Shades of a colour, of 256, that become one. */
const STEP = 12;

export class CardPainter {
  readonly #loaded = new Set<string>();

  constructor(readonly fonts: CardFonts) {}

  /** The PNG. The same card gives the same picture. */
  paint(card: Card): Uint8Array {
    const layout = layOut(card);
    const palette = PALETTES[card.paper];
    const canvas = createCanvas(layout.width, layout.height);
    const context = canvas.getContext('2d');
    const random = randomFrom(card.title + card.lines.join(''));
    paintPaper(context, palette, layout, random);
    paintFrame(context, layout, palette);
    for (const { character, x, y, size, ink } of layout.glyphs) {
      context.fillStyle = ink === 'head' ? palette.red : ink === 'verse' ? palette.ink : palette.titleInk;
      this.#drawCharacter(context, character, x, y, size);
    }
    paintSeal(context, card.seal, layout.seal, palette, random, (character, x, y, size) => {
      context.fillStyle = palette.sealInk;
      this.#drawCharacter(context, character, x, y, size);
      context.strokeStyle = palette.sealInk;
      context.lineWidth = SEAL_STROKE * size;
      context.strokeText(character, x, y + BASELINE * size);
    });
    coarsen(context, layout, palette);
    return canvas.toBuffer('image/png');
  }

  #drawCharacter(context: SKRSContext2D, character: string, x: number, y: number, size: number): void {
    const shown = this.fonts.show(character);
    this.#load(shown.font);
    context.font = `${size}px "${shown.font.name}"`;
    context.textAlign = 'center';
    context.textBaseline = 'alphabetic';
    context.fillText(shown.character, x, y + BASELINE * size);
  }

  #load({ name, path }: CardFont): void {
    if (this.#loaded.has(name)) return;
    if (!GlobalFonts.registerFromPath(path, name)) throw new Error(`The font ${path} cannot be read.`);
    this.#loaded.add(name);
  }
}

/**
 * Rounds every colour to whole steps from that of the paper, which stays as it is. The edges of characters have many
 * shades; with fewer of them the PNG has half the size, and the eye sees no difference.
 */
function coarsen(context: SKRSContext2D, { width, height }: Layout, palette: Palette): void {
  const image = context.getImageData(0, 0, width, height);
  const { data } = image;
  const channels = [1, 3, 5].map((at) => Number.parseInt(palette.paper.slice(at, at + 2), 16));
  for (const [channel, base] of channels.entries()) {
    const rounded = Uint8ClampedArray.from(
      { length: 256 },
      (_, value) => base + Math.round((value - base) / STEP) * STEP,
    );
    // There are a million pixels: an iterator takes three times as long as an index.
    for (let at = channel; at < data.length; at += 4) data[at] = rounded[data[at] ?? 0] ?? 0;
  }
  context.putImageData(image, 0, 0);
}

/** A double frame, and a rule between each two columns, as letter paper for verse has. */
function paintFrame(context: SKRSContext2D, { frame, rules }: Layout, palette: Palette): void {
  context.strokeStyle = palette.rule;
  context.lineWidth = 3;
  context.strokeRect(frame.x, frame.y, frame.width, frame.height);
  context.lineWidth = 1;
  const gap = 8;
  context.strokeRect(frame.x + gap, frame.y + gap, frame.width - 2 * gap, frame.height - 2 * gap);
  for (const { x, from, to } of rules) {
    context.beginPath();
    context.moveTo(x + 0.5, from);
    context.lineTo(x + 0.5, to);
    context.stroke();
  }
}

/** Numbers from 0 to 1 by a linear congruential generator (Numerical Recipes), seeded by an FNV-1a hash of the text. */
function randomFrom(text: string): () => number {
  let state = 0x811c9dc5;
  for (const character of text) {
    state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}
