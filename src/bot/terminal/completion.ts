/** Completion with the tab key in the terminal: commands, then the names and values of their options. */

import { optionsOf } from '../command.ts';
import { COMMANDS } from '../command-list.ts';

/** A completer for node:readline. Returns the completions, and the part of the line that they replace. */
export function complete(line: string): [string[], string] {
  const words = line.split(/\s+/u);
  const last = words.at(-1) ?? '';
  const completions =
    words.length <= 1 ? COMMANDS.map(({ name }) => `/${name} `) : optionCompletions(words[0] ?? '', last);
  return [completions.filter((completion) => completion.startsWith(last)), last];
}

/** The completions of the word `last`, in a line that begins with the word `first`. */
function optionCompletions(first: string, last: string): string[] {
  const command = COMMANDS.find(({ name }) => first === `/${name}`);
  const options = command ? optionsOf(command) : [];
  const [name = ''] = last.split(':');
  const option = last.includes(':') ? options.find(([known]) => known === name)?.[1] : undefined;
  if (option?.kind === 'choice') return option.choices.map(({ value }) => `${name}:${value} `);
  if (option?.kind === 'boolean' || option?.kind === 'picture') return [`${name}:yes `, `${name}:no `];
  return options.map(([known]) => `${known}:`);
}
