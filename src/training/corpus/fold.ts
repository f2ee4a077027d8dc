/** What two printings of a poem have in common. */
import { Converter } from 'opencc-js/t2cn';

const toSimplified = Converter({ from: 't', to: 'cn' });
const folded = new Map<string, string>();

/**
 * The text's hanzi alone, each in its simplified form: marks and most variant characters (鷄 雞, 峯 峰) then make
 * no difference. Only for comparing; never shown.
 */
export function fold(text: string): string {
  let key = '';
  for (const char of text) {
    const form = folded.get(char) ?? (/^\p{Script=Han}$/u.test(char) ? toSimplified(char) : '');
    folded.set(char, form);
    key += form;
  }
  return key;
}
