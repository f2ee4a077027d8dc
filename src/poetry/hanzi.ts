/** What counts as a character of a poem, and how to speak of one that does not. */

/** A unified ideograph of any plane; 々 and 〇 are not characters that a poem can stand on. */
const HANZI = /^\p{Unified_Ideograph}$/u;

export function isHanzi(char: string): boolean {
  return HANZI.test(char);
}

/** Variation selectors choose a glyph, not a character; radicals (⽉) are characters in disguise. */
const VARIATION_SELECTORS = /(?<=\p{Unified_Ideograph})[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/gu;
const RADICALS = /[\u2E80-\u2FDF]/gu;

/** Text as people mean it: trimmed, compatibility ideographs and radicals as the characters they stand for. */
export function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(RADICALS, (radical) => radical.normalize('NFKC'))
    .replace(VARIATION_SELECTORS, '')
    .trim();
}

const EMOJI_PARTS = /^[\p{Emoji}\p{Emoji_Component}\p{Regional_Indicator}]$/u;
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });
const LONGEST_EMOJI = 12;

/**
 * The character that stands at `index` (UTF-16) as it may be shown to people: an emoji whole, anything else its
 * first code point; `U+XXXX` for what cannot be seen (controls, spaces, lone marks), which is never echoed.
 */
export function printableAt(text: string, index: number): string {
  // The segmenter looks back from where it is asked: a bounded window keeps long texts cheap.
  const window = text.slice(index, index + 64);
  const cluster = [...(graphemes.segment(window).containing(0)?.segment ?? '')];
  const first = cluster[0] ?? '';
  if (
    PICTURE.test(first) &&
    cluster.length <= LONGEST_EMOJI &&
    cluster.every((part) => EMOJI_PARTS.test(part))
  ) {
    return cluster.join('');
  }
  if (/^[\p{C}\p{Z}\p{M}]$/u.test(first)) {
    return `U+${(first.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return first;
}

/** The beginning of a text that nobody has checked, safe to show: at most `limit` characters, none unseen. */
export function printable(text: string, limit = 8): string {
  const shown: string[] = [];
  for (const char of text) {
    if (shown.length === limit) return `${shown.join('')}…`;
    if (!/^[\p{C}\p{Z}\p{M}]$/u.test(char)) shown.push(char);
  }
  return shown.join('');
}
