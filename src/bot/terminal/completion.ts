/** Completion with the tab key in the terminal: commands, then the names and values of their options. */

import { optionsOf, type SuggestionContext } from '../command.ts';
import { COMMANDS } from '../command-list.ts';

/** The word that ends the terminal. It is no command, because it means nothing on Discord. */
export const QUIT = '/quit';

/** The completions of a line, and the part of it that they replace, as a completer of node:readline returns them. */
export async function complete(line: string, context: SuggestionContext): Promise<[string[], string]> {
  const words = line.split(/\s+/u);
  const last = words.at(-1) ?? '';
  const commands = [...COMMANDS.map(({ name }) => `/${name} `), QUIT];
  const [first = '', second = ''] = words;
  // The names of some commands have two words.
  const parts = commands.filter((command) => words.length === 2 && command.startsWith(`${first} ${second}`));
  if (parts.length > 0) return [parts.map((command) => command.slice(first.length + 1)), last];
  if (words.length > 1) return [await optionCompletions(words, last, context), last];
  return [commands.filter((command) => command.startsWith(last)), last];
}

/** The completions of the word `last`, the last of `words`. */
async function optionCompletions(
  words: readonly string[],
  last: string,
  context: SuggestionContext,
): Promise<string[]> {
  const line = `${words.join(' ')} `;
  const command = COMMANDS.find(({ name }) => line.startsWith(`/${name} `));
  const options = command ? optionsOf(command) : [];
  const [, name = '', typed] = /^([^:]*):?(.*)$/u.exec(last) ?? [];
  const option = last.includes(':') ? options.find(([known]) => known === name)?.[1] : undefined;
  const values = (all: readonly (string | number)[]) =>
    all.map((value) => `${name}:${value} `).filter((completion) => completion.startsWith(last));
  switch (option?.kind) {
    case 'choice':
      return values(option.choices.map(({ value }) => value));
    case 'boolean':
    case 'picture':
      return values(['yes', 'no']);
    case 'text': {
      // A suggestion may begin otherwise than what was typed: dong suggests 東.
      const suggestions = (await option.suggest?.(typed ?? '', context)) ?? [];
      return suggestions.map(({ value }) => `${name}:${value} `);
    }
    default:
      return options.map(([known]) => `${known}:`).filter((completion) => completion.startsWith(last));
  }
}
