/** /help: every command with its options, in the asker's language. */

import { type Command, defineCommand, type Option } from '../command.ts';
import { texts } from '../locale.ts';
import type { OptionName } from '../names.ts';

export const helpOn = (commands: readonly Command[]) =>
  defineCommand({
    name: 'help',
    options: {},
    discreet: true,
    prepare(_values, { locale, front, asker }) {
      return async () => {
        const words = texts(locale);
        const explained = commands
          .filter((command) => !command.ownersOnly || asker.owner)
          .map((command) => ({
            term: `/${command.name}`,
            text: words.commands[command.name].description,
            items: (Object.entries(command.options) as [OptionName, Option][])
              .filter(([, option]) => option.kind !== 'switch' || front === 'terminal')
              .map(([name, option]) => ({
                term: `${name}:${valuesOf(option)}`,
                text: words.options[name].description,
              })),
          }));
        const entries = [{ text: words.help.intro }, ...explained, { text: words.help.examples }];
        return { kind: 'page', title: words.help.title, entries };
      };
    },
  });

/** What may stand after the colon, where that can be listed. */
function valuesOf(option: Option): string {
  if (option.kind === 'choice') return option.choices.map(({ value }) => value).join('|');
  return option.kind === 'switch' ? 'yes|no' : '';
}
