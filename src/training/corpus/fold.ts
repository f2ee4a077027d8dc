/** Folds a text to what different printings of it have in common. */
import { simplifiedByOpenCC } from '../../poetry/script.ts';

/** The folded form of each character, because few characters occur very often. */
const folded = new Map<string, string>();

/**
 * The hanzi of the text, each in its simplified form, so that marks, script and most variant characters (鷄 雞, 峯 峰)
 * make no difference. The result is for comparison only and is never shown.
 */
export function fold(text: string): string {
  let key = '';
  for (const char of text) {
    const form = folded.get(char) ?? (/^\p{Unified_Ideograph}$/u.test(char) ? simplifiedByOpenCC(char) : '');
    folded.set(char, form);
    key += form;
  }
  return key;
}
