/** The names of the commands and of their options, as the code and the locale files use them. */

export type CommandName =
  | 'poem'
  | 'acrostic'
  | 'couplet'
  | 'mend'
  | 'check'
  | 'favorites'
  | 'daily set'
  | 'daily off'
  | 'daily show'
  | 'privacy'
  | 'forget-me'
  | 'reload'
  | 'about'
  | 'help';

/** Commands whose name has two words share the first one on Discord, as its subcommands. */
export const GROUP_NAMES = ['daily'] as const;

export type GroupName = (typeof GROUP_NAMES)[number];

export const OPTION_NAMES = [
  'opening',
  'heads',
  'title',
  'form',
  'length',
  'meter',
  'rhyme',
  'mood',
  'script',
  'seed',
  'report',
  'card',
  'layout',
  'paper',
  'channel',
  'time',
  'timezone',
  'theme',
  'checkpoint',
  'text',
  'first',
  'line',
  'pick',
] as const;

export type OptionName = (typeof OPTION_NAMES)[number];

export function isOptionName(name: string): name is OptionName {
  return OPTION_NAMES.some((known) => known === name);
}

/** The group of a command, and its name in the group. Null for a command of its own. */
export function groupOf(name: CommandName): { readonly group: GroupName; readonly part: string } | null {
  const [first, part] = name.split(' ');
  const group = GROUP_NAMES.find((known) => known === first);
  return group && part ? { group, part } : null;
}
