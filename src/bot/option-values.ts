/** Parses the value of an option from the text that the user typed. */

import { toSimplified } from '../poetry/script.ts';
import type { Option, OptionValue } from './command.ts';
import type { OptionName } from './names.ts';
import { UserError } from './user-error.ts';

const YES = ['yes', 'y', 'true', 'on', '1', '是', 'shi', 'はい'];
const NO = ['no', 'n', 'false', 'off', '0', '否', 'fou', 'いいえ'];

/** Throws {@link UserError} if `raw` is not a value of the option. */
export function readValue(name: OptionName, option: Option, raw: string): OptionValue {
  switch (option.kind) {
    case 'text':
      return raw;
    case 'integer': {
      const number = Number(raw.normalize('NFKC'));
      if (/^[\d０-９]+$/.test(raw) && number >= option.min && number <= option.max) return number;
      throw new UserError('integer-unknown', {
        value: excerpt(raw),
        name,
        min: String(option.min),
        max: String(option.max),
      });
    }
    case 'choice': {
      const typed = spelling(raw);
      const found = option.choices.find(({ value, also }) =>
        [String(value), ...also].some((known) => spelling(known) === typed),
      );
      if (found) return found.value;
      const choices = option.choices.map(({ value }) => value).join(', ');
      throw new UserError('choice-unknown', { value: excerpt(raw), name, choices });
    }
    case 'boolean': {
      const answer = readYesOrNo(raw);
      if (answer === null) throw new UserError('boolean-unknown', { value: excerpt(raw), name });
      return answer;
    }
    case 'channel': {
      const [, id] = /^(?:<#)?(\d{15,20})>?$/.exec(raw) ?? [];
      if (id !== undefined) return id;
      throw new UserError('channel-unknown', { value: excerpt(raw), name });
    }
    case 'picture': {
      const answer = readYesOrNo(raw);
      if (answer !== null) return answer;
      if (/[^/\\]\.png$/i.test(raw)) return raw;
      throw new UserError('picture-unknown', { value: excerpt(raw), name });
    }
  }
}

/** Null if the text is neither. */
function readYesOrNo(raw: string): boolean | null {
  const typed = toSimplified(raw.normalize('NFKC').toLowerCase());
  if (YES.includes(typed)) return true;
  return NO.includes(typed) ? false : null;
}

/**
 * A choice as it is compared: in simplified script and lower case, without spaces, tone marks of pinyin, and a final 诗.
 * A digit stands for its numeral in front of another character: 7绝 is 七绝, but 7 alone stays 7.
 */
function spelling(text: string): string {
  const plain = text
    .normalize('NFD')
    .replace(/[\u0300-\u0307\u0309-\u036f\s]/gu, '')
    .normalize('NFKC')
    .toLowerCase();
  return toSimplified(plain)
    .replace(/^[57](?=.)/u, (digit) => (digit === '5' ? '五' : '七'))
    .replace(/(?<=..)诗$/u, '');
}

/** The first 24 characters of the user's text on one line, to quote in an error message. */
export function excerpt(text: string): string {
  const characters = [...text.replace(/[\p{C}\p{Z}]+/gu, ' ')];
  return characters.length <= 24 ? characters.join('') : `${characters.slice(0, 24).join('')}…`;
}
