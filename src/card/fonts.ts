/**
 * The fonts of the cards, from `assets/fonts`, and which of them has a character. A file is loaded when a card first
 * needs it: the common one takes 0.2 s, the one with rare characters a second.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../system/package-root.ts';

export interface CardFont {
  readonly name: string;
  readonly path: string;
}

/** A character as the card shows it, and the font that has it. */
export interface Shown {
  readonly character: string;
  readonly font: CardFont;
}

/** Stands for a character that no font has, as printers use it. */
const MISSING = '〓';

/**
 * Characters of the vocabulary that no free font has, each with another writing of the same word: 毿 is the usual form
 * of 𣯶, and 䍠 is 䍦 simplified by analogy.
 */
const OTHER_WRITINGS: ReadonlyMap<string, string> = new Map([
  ['𣯶', '毿'],
  ['䍠', '䍦'],
]);

export class CardFonts {
  readonly #fontOf = new Map<string, CardFont>();

  constructor(folder = join(repositoryRoot(), 'assets', 'fonts')) {
    const fonts: readonly { readonly name: string; readonly file: string; readonly characters: string }[] =
      JSON.parse(readFileSync(join(folder, 'fonts.json'), 'utf8'));
    for (const { name, file, characters } of fonts) {
      const font = { name: `Shiren ${name}`, path: join(folder, file) };
      for (const character of characters) if (!this.#fontOf.has(character)) this.#fontOf.set(character, font);
    }
  }

  /** Null if no font has the character, nor another writing of it. */
  find(character: string): Shown | null {
    for (const writing of [character, OTHER_WRITINGS.get(character) ?? '']) {
      const font = this.#fontOf.get(writing);
      if (font) return { character: writing, font };
    }
    return null;
  }

  /** As `find`; a character that no font has is shown as 〓. */
  show(character: string): Shown {
    const found = this.find(character) ?? this.find(MISSING);
    if (!found) throw new Error(`no font has ${MISSING}`);
    return found;
  }
}
