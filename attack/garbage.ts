/** Strange texts: characters that programs get wrong, and damaged copies of right texts. */

import type { Random } from '../src/model/random.ts';
import { pick } from './attack.ts';

const STRANGE = [
  '\0',
  '\x07',
  '\x1b[31m',
  '\x7f',
  '\u0085',
  '\u00a0',
  '\u00ad',
  '\u0301',
  '\u200b',
  '\u200d',
  '\u2028',
  '\u202e',
  '\u2066',
  '\u3000',
  '\ufe0f',
  '\ufeff',
  '\uffff',
  '\ud800',
  '\udc00',
  '𠮷',
  '𠀀',
  '㐀',
  '豈',
  '﨎',
  '〇',
  '々',
  '👩‍👩‍👧',
  '🀄',
  'é',
  'ﬀ',
  'İ',
  'ß',
  'क्ष',
  'ﷺ',
];
const PLAIN = [
  ...'月山水春花人日夜一之不發髮发后後里裡  ::：:=＝,，.。、;；!！?？«»《》()（）-—–|\\/／@#%&*^$`~"\'09aZ',
];

/** A text of up to `longest` characters, or now and then of a hundred thousand. */
export function garbage(random: Random, longest = 30): string {
  if (random.below(2000) === 0) return pick(random, [...PLAIN, ...STRANGE]).repeat(100_000);
  const characters = random.below(3) === 0 ? STRANGE : PLAIN;
  return Array.from({ length: random.below(longest + 1) }, () => pick(random, characters)).join('');
}

/** A copy with one to three characters removed, doubled, exchanged or put in. */
export function damaged(random: Random, text: string): string {
  const characters = [...text];
  for (let changes = 1 + random.below(3); changes > 0; changes--) {
    const at = random.below(characters.length + 1);
    const strange = pick(random, random.below(2) === 0 ? STRANGE : PLAIN);
    switch (random.below(5)) {
      case 0:
        characters.splice(at, 1);
        break;
      case 1:
        characters.splice(at, 0, strange);
        break;
      case 2:
        characters.splice(at, 1, strange);
        break;
      case 3:
        characters.splice(at, 0, ...characters.slice(at, at + 1 + random.below(5)));
        break;
      case 4:
        characters.splice(at, 0, ...characters.splice(random.below(characters.length + 1), 3));
        break;
    }
  }
  return characters.join('');
}
