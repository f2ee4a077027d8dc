/** What the tab key offers in the terminal: commands, then the names and values of their options. */

import { COMMANDS } from '../catalogue.ts';
import type { Option } from '../command.ts';

/** As readline's completer: the candidates, and the part of the line that they replace. */
export function complete(line: string): [string[], string] {
  const words = line.split(/\s+/u);
  const last = words.at(-1) ?? '';
  const candidates =
    words.length <= 1 ? COMMANDS.map(({ name }) => `/${name} `) : inside(words[0] ?? '', last);
  return [candidates.filter((candidate) => candidate.startsWith(last)), last];
}

function inside(first: string, last: string): string[] {
  const command = COMMANDS.find(({ name }) => first === `/${name}`);
  const options = Object.entries(command?.options ?? {}) as [string, Option][];
  const [name = ''] = last.split(':');
  const option = last.includes(':') ? options.find(([known]) => known === name)?.[1] : undefined;
  if (option?.kind === 'choice') return option.choices.map(({ value }) => `${name}:${value} `);
  if (option?.kind === 'switch') return [`${name}:yes `, `${name}:no `];
  return options.map(([known]) => `${known}:`);
}
