/**
 * A slash command written out as a line: `/poem 月 form:七絕 seed:42`. Commands and options may be called by
 * their names in any of our languages; full-width colons, slashes and spaces are as good as narrow ones.
 */

import { COMMANDS } from '../catalogue.ts';
import type { Command, Option, OptionValue } from '../command.ts';
import { Complaint } from '../complaint.ts';
import { LOCALES, texts } from '../locale.ts';
import type { OptionName } from '../names.ts';
import { excerpt, readValue } from '../values.ts';

export interface CommandLine {
  readonly command: Command;
  readonly values: Readonly<Record<string, OptionValue | undefined>>;
}

/** Throws {@link Complaint} for whatever cannot be understood. */
export function readCommandLine(line: string): CommandLine {
  const [first = '', ...words] = line.trim().split(/\s+/u);
  if (!/^[/／]./u.test(first)) throw new Complaint('command-slash');
  const command = commandCalled(first.slice(1));
  const names = Object.keys(command.options) as OptionName[];
  const values: Record<string, OptionValue> = {};
  for (const { name, value } of pairs(words)) {
    const option = name === null ? names[0] : names.find((option) => isCalled(option, name));
    if (option === undefined) {
      throw names.length === 0
        ? new Complaint('option-none', { command: command.name })
        : new Complaint('option-unknown', {
            command: command.name,
            name: excerpt(name ?? value),
            options: listed(names),
          });
    }
    if (option in values) throw new Complaint('option-twice', { name: option });
    if (value === '') throw new Complaint('option-empty', { name: option });
    values[option] = readValue(option, command.options[option] as Option, value);
  }
  for (const name of names) {
    const option = command.options[name];
    if (option?.kind === 'text' && option.required && !(name in values)) {
      throw new Complaint('option-missing', {
        command: command.name,
        name,
        example: '/acrostic 日红山夜湖海月',
      });
    }
  }
  return { command, values };
}

/** The words as options. A colon that ends a word takes the next word as its value. */
function* pairs(words: readonly string[]): Generator<{ name: string | null; value: string }> {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const colon = word.search(/[:：]/u);
    if (colon === -1) {
      if (i > 0) throw new Complaint('option-bare', { value: excerpt(word) });
      yield { name: null, value: word };
    } else if (colon === word.length - 1 && !/[:：]/u.test(words[i + 1] ?? ':')) {
      yield { name: word.slice(0, colon), value: words[++i] ?? '' };
    } else {
      yield { name: word.slice(0, colon), value: word.slice(colon + 1) };
    }
  }
}

function commandCalled(name: string): Command {
  const typed = name.toLowerCase();
  const found = COMMANDS.find(
    (command) =>
      typed === command.name || LOCALES.some((locale) => texts(locale).commands[command.name].name === typed),
  );
  if (!found) throw new Complaint('command-unknown', { name: excerpt(name) });
  return found;
}

function isCalled(option: OptionName, name: string): boolean {
  const typed = name.toLowerCase();
  return typed === option || LOCALES.some((locale) => texts(locale).options[option].name === typed);
}

function listed(names: readonly OptionName[]): string {
  return names.map((name) => `${name}:`).join(' ');
}
