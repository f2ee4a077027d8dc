/**
 * Parses a slash command that is typed as one line: `/poem 月 form:七絕 seed:42`. Commands and options may have their
 * names in any of the bot's languages. Colons, slashes and spaces may be full-width.
 */

import { type Command, type OptionValue, optionsOf } from '../command.ts';
import { COMMANDS } from '../command-list.ts';
import { LOCALES, texts } from '../locale.ts';
import { type CommandName, GROUP_NAMES, groupOf, OPTION_NAMES, type OptionName } from '../names.ts';
import { excerpt, readValue } from '../option-values.ts';
import { UserError } from '../user-error.ts';

/** What a command without its required option is told. */
const EXAMPLES: { readonly [name in CommandName]?: string } = {
  check: '/check 白日依山尽，黄河入海流。欲穷千里目，更上一层楼。',
  couplet: '/couplet 海上生明月',
  'daily set': '/daily set channel:#诗 time:8:00',
};

export interface CommandLine {
  readonly command: Command;
  readonly values: Readonly<Record<string, OptionValue | undefined>>;
}

/** Throws {@link UserError} if the line is not a valid command. */
export function readCommandLine(line: string): CommandLine {
  const [first = '', ...rest] = line.trim().split(/\s+/u);
  if (!/^[/／]./u.test(first)) throw new UserError('command-slash');
  const { command, words } = commandIn(first.slice(1), rest);
  const options = optionsOf(command);
  const values: Record<string, OptionValue> = {};
  const given = takesLine(options) ? wholeLine(options, words) : pairs(words, options[0]?.[0] ?? null);
  for (const { name, value } of given) {
    const found = name === null ? options[0] : options.find(([option]) => isNamed(option, name));
    if (found === undefined) {
      throw options.length === 0
        ? new UserError('option-none', { command: command.name })
        : new UserError('option-unknown', {
            command: command.name,
            name: excerpt(name ?? value),
            options: options.map(([option]) => `${option}:`).join(' '),
          });
    }
    const [known, option] = found;
    if (known in values) throw new UserError('option-twice', { name: known });
    if (value === '') throw new UserError('option-empty', { name: known });
    values[known] = readValue(known, option, value);
  }
  for (const [name, option] of options) {
    if (option.kind === 'text' && option.required && !(name in values)) {
      throw new UserError('option-missing', {
        command: command.name,
        name,
        example: EXAMPLES[command.name] ?? '/acrostic 日红山夜湖海月',
      });
    }
  }
  return { command, values };
}

type NamedOptions = ReturnType<typeof optionsOf>;

function takesLine([first]: NamedOptions): boolean {
  return first?.[1].kind === 'text' && first[1].takesLine === true;
}

/** All words as the value of the first option, whose name may stand before them. */
function wholeLine([first]: NamedOptions, words: readonly string[]): { name: null; value: string }[] {
  const line = words.join(' ');
  const [, name = '', rest = ''] = /^([^:：]*)[:：](.*)$/u.exec(line) ?? [];
  const value = first !== undefined && isNamed(first[0], name.trim()) ? rest : line;
  return value === '' ? [] : [{ name: null, value }];
}

/** Options whose values may have spaces: 送 友人, qi jue, 日 红 山. */
const SPACED: readonly OptionName[] = ['title', 'form', 'heads', 'theme', 'time', 'timezone'];

/**
 * Splits the words into options. If a word ends with a colon, the next word is the value. Words without a name after an
 * option of {@link SPACED} belong to its value. `first` is the option that may stand without its name. Throws
 * {@link UserError} for `seed=1`.
 */
function pairs(words: readonly string[], first: OptionName | null): { name: string | null; value: string }[] {
  const found: { name: string | null; value: string }[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const colon = word.search(/[:：]/u);
    const last = found.at(-1);
    if (colon === -1) {
      const [, equated, value] = /^(\p{L}+)[=＝](.*)$/u.exec(word) ?? [];
      const known = OPTION_NAMES.find((option) => equated !== undefined && isNamed(option, equated));
      if (known) throw new UserError('option-equals', { name: known, value: excerpt(value ?? '') });
      const name = last?.name ?? first;
      if (last && name && SPACED.some((option) => isNamed(option, name))) last.value += ` ${word}`;
      else if (i > 0) throw new UserError('option-bare', { value: excerpt(word) });
      else found.push({ name: null, value: word });
    } else if (colon === word.length - 1 && !/[:：]/u.test(words[i + 1] ?? ':')) {
      found.push({ name: word.slice(0, colon), value: words[++i] ?? '' });
    } else {
      found.push({ name: word.slice(0, colon), value: word.slice(colon + 1) });
    }
  }
  return found;
}

/** The command that begins a line, and the words after it. The name of a command in a group takes two words. */
function commandIn(
  first: string,
  rest: readonly string[],
): { readonly command: Command; readonly words: readonly string[] } {
  const typed = first.toLowerCase();
  const group = GROUP_NAMES.find(
    (name) => typed === name || LOCALES.some((locale) => texts(locale).groups[name].name === typed),
  );
  if (group === undefined) {
    const command = COMMANDS.find(({ name }) => groupOf(name) === null && isCalled(name, name, typed));
    if (!command) throw new UserError('command-unknown', { name: excerpt(first) });
    return { command, words: rest };
  }
  const parts = COMMANDS.flatMap((command) => {
    const names = groupOf(command.name);
    return names?.group === group ? [{ command, part: names.part }] : [];
  });
  const [second = '', ...words] = rest;
  const found = parts.find(({ command, part }) => isCalled(command.name, part, second.toLowerCase()));
  if (!found) {
    const choices = parts.map(({ part }) => `/${group} ${part}`).join(', ');
    throw new UserError('command-part', { name: excerpt(`/${group} ${second}`.trim()), choices });
  }
  return { command: found.command, words };
}

/** Whether `typed` is `own` or the command's name in one of the languages. */
function isCalled(name: CommandName, own: string, typed: string): boolean {
  return typed === own || LOCALES.some((locale) => texts(locale).commands[name].name === typed);
}

function isNamed(option: OptionName, name: string): boolean {
  const typed = name.toLowerCase();
  return typed === option || LOCALES.some((locale) => texts(locale).options[option].name === typed);
}
