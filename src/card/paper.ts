/** The paper of a card: its colours, and its texture of fibres and flecks. */

import type { SKRSContext2D } from '@napi-rs/canvas';
import type { CardPaper } from './card.ts';

export interface Palette {
  readonly paper: string;
  readonly ink: string;
  readonly titleInk: string;
  readonly red: string;
  /** Of the characters cut into the seal. */
  readonly sealInk: string;
  readonly rule: string;
  readonly fibres: readonly string[];
  /** Small marks in the paper: bits of bark on light paper, gold leaf on dark paper. */
  readonly flecks: readonly string[];
}

export const PALETTES: { readonly [paper in CardPaper]: Palette } = {
  light: {
    paper: '#f4ecd9',
    ink: '#26221d',
    titleInk: '#5b5144',
    red: '#b3261e',
    sealInk: '#f8f1e2',
    rule: 'rgba(179, 60, 40, 0.26)',
    fibres: ['rgba(150, 120, 70, 0.16)', 'rgba(255, 253, 244, 0.55)'],
    flecks: ['rgba(120, 90, 50, 0.22)', 'rgba(170, 140, 90, 0.25)'],
  },
  dark: {
    paper: '#20242b',
    ink: '#efe6d0',
    titleInk: '#c9b889',
    red: '#c8382c',
    sealInk: '#f6ecd6',
    rule: 'rgba(201, 176, 116, 0.30)',
    fibres: ['rgba(255, 255, 255, 0.05)', 'rgba(0, 0, 0, 0.20)'],
    flecks: ['rgba(214, 180, 98, 0.55)', 'rgba(214, 180, 98, 0.30)'],
  },
};

/** A fibre for every so many pixels, and a fleck. Noise in every pixel would make a PNG of several megabytes. */
const PIXELS_PER_FIBRE = 7_500;
const PIXELS_PER_FLECK = 12_000;

/** Fills the canvas with paper. `random` gives numbers from 0 to 1, so that the same seed gives the same paper. */
export function paintPaper(
  context: SKRSContext2D,
  palette: Palette,
  { width, height }: { readonly width: number; readonly height: number },
  random: () => number,
): void {
  context.fillStyle = palette.paper;
  context.fillRect(0, 0, width, height);
  context.lineCap = 'round';
  for (let i = 0; i < (width * height) / PIXELS_PER_FIBRE; i++) {
    const [x, y] = [random() * width, random() * height];
    const angle = random() * Math.PI * 2;
    const length = 14 + random() * 46;
    const bend = (random() - 0.5) * 30;
    const [endX, endY] = [x + Math.cos(angle) * length, y + Math.sin(angle) * length];
    context.strokeStyle = palette.fibres[i % palette.fibres.length] ?? palette.ink;
    context.lineWidth = 0.7 + random() * 0.9;
    context.beginPath();
    context.moveTo(x, y);
    context.quadraticCurveTo((x + endX) / 2 + bend, (y + endY) / 2 - bend, endX, endY);
    context.stroke();
  }
  for (let i = 0; i < (width * height) / PIXELS_PER_FLECK; i++) {
    const size = 0.8 + random() ** 3 * 3.2;
    context.fillStyle = palette.flecks[i % palette.flecks.length] ?? palette.ink;
    context.save();
    context.translate(random() * width, random() * height);
    context.rotate(random() * Math.PI);
    context.fillRect(-size / 2, -size / 3, size, size / 1.5);
    context.restore();
  }
}
