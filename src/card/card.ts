/** A picture card of a poem, as plain data. The bot makes it, and the card's thread paints it. */

export const CARD_LAYOUTS = ['vertical', 'horizontal'] as const;
/** Columns from right to left, as verse was set for two thousand years, or rows. */
export type CardLayout = (typeof CARD_LAYOUTS)[number];

export const CARD_PAPERS = ['light', 'dark'] as const;
export type CardPaper = (typeof CARD_PAPERS)[number];

export interface CardStyle {
  readonly layout: CardLayout;
  readonly paper: CardPaper;
}

/** All characters are in the script that the card shows. */
export interface Card extends CardStyle {
  readonly title: string;
  /** The verse lines, each with the mark that ends it. */
  readonly lines: readonly string[];
  /** True for an acrostic: the first character of each line is in red. */
  readonly heads: boolean;
  /** The two characters of the seal. */
  readonly seal: string;
}

export const DEFAULT_STYLE: CardStyle = { layout: 'vertical', paper: 'light' };
