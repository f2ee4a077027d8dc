/** The 格律 report on a poem as it stands in a message, which may be older than the checkpoint that serves now. */

import type { APIEmbed } from 'discord.js';
import { compilePlan } from '../../poetry/compile.ts';
import { restoreTraditional } from '../../poetry/restore.ts';
import { isTraditional, toSimplified } from '../../poetry/script.ts';
import type { VerseAsk } from '../answer.ts';
import type { CommandContext, Work } from '../command.ts';
import { Complaint } from '../complaint.ts';
import { texts } from '../locale.ts';
import { reportLines } from '../report.ts';
import { versesShown } from './message.ts';

/**
 * Simplified script hides what was written (乾 or 幹, 針 or 鍼), so the poem is written once more: the same ask gives
 * the same poem. Where another comes of it, since another checkpoint serves by now, the characters are read back
 * from what is shown as well as may be. Throws {@link Complaint} where the embed shows no poem.
 */
export function prepareReport(
  embed: APIEmbed | undefined,
  { request, mood, seed, script }: VerseAsk,
  { inference, asker, locale, script: usual }: CommandContext,
): Work {
  const verses = versesShown(embed);
  if (verses === null) throw new Complaint('report-none');
  const shown = verses.join('');
  const plan = compilePlan(request);
  return async (options) => {
    const { characters: written } = isTraditional(shown)
      ? { characters: [...shown] }
      : await inference.write({ plan, mood, seed }, asker, options);
    const same = [written.join(''), toSimplified(written.join(''))].includes(shown);
    const characters = same ? written : restoreTraditional([...shown], plan);
    const lines = await reportLines({ characters, plan, script: script ?? usual }, inference, locale);
    return { kind: 'page', title: texts(locale).report.title, entries: lines.map((text) => ({ text })) };
  };
}
