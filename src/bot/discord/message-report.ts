/** The 格律 report on a poem in a message. The message may be older than the checkpoint that is loaded now. */

import type { APIEmbed } from 'discord.js';
import { compilePlan } from '../../poetry/compile.ts';
import { SCRIPTS } from '../../poetry/request.ts';
import { restoreTraditional } from '../../poetry/restore.ts';
import { isTraditional } from '../../poetry/script.ts';
import { showCharacters } from '../../poetry/show.ts';
import type { PoemSpec } from '../answer.ts';
import type { CommandContext, CommandTask } from '../command.ts';
import { texts } from '../locale.ts';
import { reportLines } from '../meter-report.ts';
import { UserError } from '../user-error.ts';
import { versesShown } from './embed-lines.ts';

/**
 * Prepares the report on the poem that `embed` shows and that `spec` describes.
 *
 * Simplified script does not say which traditional character was written (乾 or 幹, 針 or 鍼), and only the
 * traditional one has a known tone. So a poem in simplified script is generated again: the same spec gives the same
 * poem. If the result differs because another checkpoint is loaded, the traditional characters are guessed from the
 * embed and the plan. Throws {@link UserError} if the embed shows no poem.
 */
export function prepareMessageReport(
  embed: APIEmbed | undefined,
  { request, mood, seed, script }: PoemSpec,
  { inference, asker, locale, script: defaultScript }: CommandContext,
): CommandTask {
  const verses = versesShown(embed);
  if (verses === null) throw new UserError('report-none');
  const shown = verses.join('');
  const shownIn = script ?? defaultScript;
  const plan = compilePlan(request, defaultScript);
  return async (options) => {
    const { characters: written } = isTraditional(shown)
      ? { characters: [...shown] }
      : await inference.write({ plan, mood, seed }, asker, options);
    const same = SCRIPTS.some((each) => showCharacters(written, plan, each).join('') === shown);
    const characters = same ? written : restoreTraditional([...shown], plan);
    const lines = await reportLines({ characters, plan, script: shownIn }, inference, locale);
    return { kind: 'page', title: texts(locale).report.title, entries: lines.map((text) => ({ text })) };
  };
}
