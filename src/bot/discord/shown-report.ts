/** The 格律 report on a poem as it stands in a message, which may be older than the checkpoint that serves now. */

import type { APIEmbed } from 'discord.js';
import { compilePlan } from '../../poetry/compile.ts';
import type { VersePlan } from '../../poetry/plan.ts';
import { toTraditional } from '../../poetry/script.ts';
import type { VerseAsk } from '../answer.ts';
import type { CommandContext, Work } from '../command.ts';
import { Complaint } from '../complaint.ts';
import { texts } from '../locale.ts';
import { reportLines } from '../report.ts';
import { versesShown } from './message.ts';

/** Throws {@link Complaint} where the embed shows no poem. */
export function prepareReport(
  embed: APIEmbed | undefined,
  { request, script }: VerseAsk,
  { inference, locale, script: usual }: CommandContext,
): Work {
  const verses = versesShown(embed);
  if (verses === null) throw new Complaint('report-none');
  const plan = compilePlan(request);
  const subject = { characters: charactersOf(verses, plan), plan, script: script ?? usual };
  return async () => {
    const lines = await reportLines(subject, inference, locale);
    return { kind: 'page', title: texts(locale).report.title, entries: lines.map((text) => ({ text })) };
  };
}

/**
 * The poem's characters in traditional script. What the plan gave stands as it gave it; of the rest, simplified
 * characters are read as the traditional ones that the lines mean.
 */
function charactersOf(verses: readonly string[], plan: VersePlan): readonly string[] {
  return [...toTraditional(verses.join(''))].map((character, i) => {
    const slot = plan.slots[i];
    return slot?.kind === 'given' ? slot.text : character;
  });
}
