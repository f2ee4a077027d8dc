/** The names of the commands and of their options, as the code and the locales know them. */

export type CommandName = 'poem' | 'acrostic' | 'reload' | 'about' | 'help';

export type OptionName =
  | 'opening'
  | 'heads'
  | 'title'
  | 'form'
  | 'length'
  | 'meter'
  | 'rhyme'
  | 'mood'
  | 'script'
  | 'seed'
  | 'report'
  | 'checkpoint';
