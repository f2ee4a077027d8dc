/** /help: lists every command with its options, in the user's language. */

import { type Command, defineCommand, type Option, optionsOf } from '../command.ts';
import { texts } from '../locale.ts';

/** The /help command that documents `commands`. */
export const helpFor = (commands: readonly Command[]) =>
  defineCommand({
    name: 'help',
    options: {},
    ephemeral: true,
    prepare(_values, { locale, platform, asker }) {
      return async () => {
        const words = texts(locale);
        const documented = commands
          .filter((command) => !command.ownersOnly || asker.owner)
          .filter((command) => !command.terminalOnly || platform === 'terminal')
          .map((command) => ({
            term: `/${command.name}`,
            text: words.commands[command.name].description,
            items: optionsOf(command)
              .filter(([, option]) => option.kind !== 'boolean' || platform === 'terminal')
              .map(([name, option]) => ({
                term: `${name}:${valuesOf(option, platform)}`,
                text: words.options[name].description,
              })),
          }));
        const entries = [{ text: words.help.intro }, ...documented, { text: words.help.examples }];
        return { kind: 'page', title: words.help.title, entries };
      };
    },
  });

/** The values that may stand after the colon, if they can be listed. */
function valuesOf(option: Option, platform: 'terminal' | 'discord'): string {
  if (option.kind === 'choice') return option.choices.map(({ value }) => value).join('|');
  if (option.kind === 'picture') return platform === 'terminal' ? 'yes|FILE.png' : '';
  return option.kind === 'boolean' ? 'yes|no' : '';
}
