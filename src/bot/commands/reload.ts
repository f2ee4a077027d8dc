/** /reload: switches to another checkpoint, or loads the current one again. It affects every server, so only owners may use it. */

import { CHECKPOINT_NAME } from '../../system/checkpoint-name.ts';
import { defineCommand, type Suggestion, type SuggestionContext } from '../command.ts';
import { say } from '../locale.ts';
import { excerpt } from '../option-values.ts';
import { UserError } from '../user-error.ts';

export const reload = defineCommand({
  name: 'reload',
  ownersOnly: true,
  ephemeral: true,
  options: {
    checkpoint: { kind: 'text', minLength: 1, maxLength: 64, suggest: suggestCheckpoints },
  },
  prepare(values, { inference, locale }) {
    const name = values.checkpoint ?? inference.status().checkpoint.name;
    if (!CHECKPOINT_NAME.test(name)) throw new UserError('checkpoint-name', { name: excerpt(name) });
    return async () => {
      const { name: served, layers, hidden, cell } = await inference.reload(name);
      return {
        kind: 'notice',
        text: say(locale, 'reloaded', { name: served, network: `${cell.toUpperCase()} ${layers}×${hidden}` }),
      };
    };
  },
});

/** The checkpoints on disk, each with its perplexity on the test split. For owners only. */
async function suggestCheckpoints(
  typed: string,
  { inference, asker }: SuggestionContext,
): Promise<readonly Suggestion[]> {
  if (!asker.owner) return [];
  const found = await inference.checkpoints();
  return found
    .filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()))
    .map(({ name, cell, layers, hidden, hanziPerplexity }) => {
      const measured = hanziPerplexity === null ? '' : ` · PPL ${hanziPerplexity.toFixed(1)}`;
      return { label: `${name} · ${cell.toUpperCase()} ${layers}×${hidden}${measured}`, value: name };
    });
}
