/** /reload: serve another checkpoint, or the same one anew. It concerns every server, so it is for owners only. */

import { defineCommand, type Suggestion, type SuggestionContext } from '../command.ts';
import { Complaint } from '../complaint.ts';
import { say } from '../locale.ts';

/** A folder's name, never a path: it cannot leave the checkpoints folder. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u;

export const reload = defineCommand({
  name: 'reload',
  ownersOnly: true,
  discreet: true,
  options: {
    checkpoint: { kind: 'text', minLength: 1, maxLength: 64, suggest: suggestCheckpoints },
  },
  prepare(values, { inference, locale }) {
    const name = values.checkpoint ?? inference.status().checkpoint.name;
    if (!NAME.test(name)) throw new Complaint('checkpoint-name', { name });
    return async () => {
      const { name: served, layers, hidden, cell } = await inference.reload(name);
      return {
        kind: 'notice',
        text: say(locale, 'reloaded', { name: served, network: `${cell.toUpperCase()} ${layers}×${hidden}` }),
      };
    };
  },
});

/** The checkpoints on disk, each with its held-out perplexity. */
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
