/** The card's thread: paints one card after the other. `CardStudio` runs this file as a worker. It is never imported. */

import { parentPort } from 'node:worker_threads';
import { messageOf } from '../system/message-of.ts';
import { CardFonts } from './fonts.ts';
import { CardPainter } from './paint.ts';
import type { CardReply, CardTask } from './studio.ts';

const port = parentPort;
if (!port) throw new Error('this file is run as a worker thread');
const painter = new CardPainter(new CardFonts());

port.on('message', ({ id, card }: CardTask) => port.postMessage(answer(id, card)));

function answer(id: number, card: CardTask['card']): CardReply {
  try {
    return { id, png: painter.paint(card) };
  } catch (error) {
    return { id, failure: messageOf(error) };
  }
}
