/** A card studio that paints nothing: it keeps the cards that were ordered. */

import type { Card } from '../../src/card/card.ts';
import type { CardError } from '../../src/card/studio.ts';

export class FakeStudio {
  readonly cards: Card[] = [];
  readonly png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);
  /** If not null, the next card fails with this error. */
  fault: CardError | null = null;

  async paint(card: Card): Promise<Uint8Array> {
    this.cards.push(card);
    const { fault } = this;
    this.fault = null;
    if (fault) throw fault;
    return this.png;
  }
}
