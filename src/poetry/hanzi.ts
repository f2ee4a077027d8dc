/** Which characters a poem may have, and how to show others in a message. */

/** A unified ideograph of any plane, or 〇, which Unicode does not count among them. */
const HANZI = /^[\p{Unified_Ideograph}〇]$/u;

export function isHanzi(char: string): boolean {
  return HANZI.test(char);
}

/** A variation selector chooses a glyph, not a character. A radical (⽉) stands for the character of the same shape. */
const VARIATION_SELECTORS = /(?<=\p{Unified_Ideograph})[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/gu;
const RADICALS = /[\u2E80-\u2FDF]/gu;

/** 々 and its older form 〻 repeat the character before them. */
const REPEATED = /([\p{Unified_Ideograph}〇])([々〻]+)/gu;

/** Trims a text, removes variation selectors, writes 々 out, and replaces compatibility ideographs and radicals by usual characters. */
export function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(RADICALS, (radical) => radical.normalize('NFKC'))
    .replace(VARIATION_SELECTORS, '')
    .replace(REPEATED, (_, char: string, marks: string) => char.repeat(1 + marks.length))
    .trim();
}

const EMOJI_PARTS = /^[\p{Emoji}\p{Emoji_Component}\p{Regional_Indicator}]$/u;
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;
const INVISIBLE = /^[\p{C}\p{Z}\p{M}]$/u;
const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });
/** In code points. */
const LONGEST_EMOJI = 12;

/**
 * The character at `index` (UTF-16) in a form that is safe to show: the whole emoji, or else the first code point. A
 * code point that is invisible (a control character, a space, a combining mark) is shown as `U+XXXX`.
 */
export function printableAt(text: string, index: number): string {
  // The segmenter reads the text before the index. A short window keeps this fast in long texts.
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
  if (INVISIBLE.test(first)) {
    return `U+${(first.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return first;
}

/** The beginning of any text, safe to show: at most `limit` characters, without invisible ones. */
export function printable(text: string, limit = 8): string {
  const shown: string[] = [];
  for (const char of text) {
    if (shown.length === limit) return `${shown.join('')}…`;
    if (!INVISIBLE.test(char)) shown.push(char);
  }
  return shown.join('');
}
