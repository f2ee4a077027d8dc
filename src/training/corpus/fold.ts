/** What two printings of a poem have in common. */
import { simplifiedByOpenCC } from '../../poetry/script.ts';

/** By character: there are ten thousand of them in four million places. */
const folded = new Map<string, string>();

/**
 * The text's hanzi alone, each in its simplified form: marks, script and most variant characters (鷄 雞, 峯 峰) then
 * make no difference. Only for comparing; never shown.
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
