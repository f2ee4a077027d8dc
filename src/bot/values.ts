/** Reads the value of an option from what somebody wrote. */

import { toSimplified } from '../poetry/script.ts';
import type { Option, OptionValue } from './command.ts';
import { Complaint } from './complaint.ts';
import type { OptionName } from './names.ts';

const YES = ['yes', 'y', 'true', 'on', '1', '是', 'shi', 'はい'];
const NO = ['no', 'n', 'false', 'off', '0', '否', 'fou', 'いいえ'];

/** Throws {@link Complaint} where `raw` is not among the option's values. */
export function readValue(name: OptionName, option: Option, raw: string): OptionValue {
  switch (option.kind) {
    case 'text':
      return raw;
    case 'whole': {
      const number = Number(raw.normalize('NFKC'));
      if (/^[\d０-９]+$/.test(raw) && number >= option.min && number <= option.max) return number;
      throw new Complaint('whole-unknown', {
        value: excerpt(raw),
        name,
        min: String(option.min),
        max: String(option.max),
      });
    }
    case 'choice': {
      const typed = toSimplified(raw.normalize('NFKC').toLowerCase());
      const found = option.choices.find(({ value, also }) => typed === String(value) || also.includes(typed));
      if (found) return found.value;
      const choices = option.choices.map(({ value }) => value).join(', ');
      throw new Complaint('choice-unknown', { value: excerpt(raw), name, choices });
    }
    case 'switch': {
      const typed = toSimplified(raw.normalize('NFKC').toLowerCase());
      if (YES.includes(typed)) return true;
      if (NO.includes(typed)) return false;
      throw new Complaint('switch-unknown', { value: excerpt(raw), name });
    }
  }
}

/** Enough of what somebody wrote to know it again, on one line. */
export function excerpt(text: string): string {
  const characters = [...text.replace(/[\p{C}\p{Z}]+/gu, ' ')];
  return characters.length <= 24 ? characters.join('') : `${characters.slice(0, 24).join('')}…`;
}
