/** The names of the commands and of their options, as the code and the locale files use them. */

export type CommandName =
  | 'poem'
  | 'acrostic'
  | 'couplet'
  | 'mend'
  | 'check'
  | 'favorites'
  | 'privacy'
  | 'forget-me'
  | 'reload'
  | 'about'
  | 'help';

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
