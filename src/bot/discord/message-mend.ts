/** 改一句 on a poem in a message. The message may be older than the checkpoint that is loaded now. */

import type { APIEmbed } from 'discord.js';
import { compilePlan } from '../../poetry/compile.ts';
import { mendableLines } from '../../poetry/mend.ts';
import { restoreTraditional } from '../../poetry/restore.ts';
import { asTraditional, isTraditional } from '../../poetry/script.ts';
import type { PoemSpec, PoemText } from '../answer.ts';
import { asCard, pictureOf } from '../card-of.ts';
import type { CommandContext, CommandTask } from '../command.ts';
import { say } from '../locale.ts';
import { lineShown, type Mendable, prepareOffer } from '../mend.ts';
import { UserError } from '../user-error.ts';
import { versesShown } from './embed-lines.ts';
import { readOfferedValue } from './mend-values.ts';
import { poemIn, type ShownMessage, scriptShown } from './message-card.ts';

/** A poem that a message shows, as text and with its plan. */
interface MessagePoem extends Mendable {
  readonly text: PoemText;
}

/** Prepares other lines for the one that `value` of the menu names. Throws {@link UserError} if the message shows no poem. */
export function prepareMessageOffer(
  { embeds: [embed] }: ShownMessage,
  spec: PoemSpec,
  value: string,
  context: CommandContext,
): CommandTask {
  const poem = poemOf(embed, spec, context);
  const line = /^\d{1,2}$/.test(value) ? Number(value) : -1;
  const write = prepareOffer(poem, line, context.drawSeed(), context);
  return async (options) => ({ kind: 'mend', poem: poem.text, line, offered: await write(options) });
}

/**
 * Prepares the poem with the line that `value` of the menu holds, or as it is. If the message has a picture of the poem, it
 * is painted anew. Throws {@link UserError} if the message shows no poem, or the line does not fit into it.
 */
export function prepareMessagePick(
  message: ShownMessage,
  spec: PoemSpec,
  value: string,
  context: CommandContext,
): CommandTask {
  const poem = poemOf(message.embeds[0], spec, context);
  const text = textAfter(poem, value, context);
  return async () => {
    const [attached] = message.attachments;
    if (!attached) return { kind: 'mended', poem: text };
    const shown = { ...poemIn(message, spec), lines: text.lines, spec, script: poem.script };
    const wide = (attached.width ?? 0) > (attached.height ?? 0);
    const style = { layout: wide ? 'horizontal' : 'vertical', paper: 'light' } as const;
    const card = asCard({ ...shown, title: shown.title ?? '' }, style);
    return { kind: 'mended', poem: text, picture: await pictureOf(card, context, false) };
  };
}

function textAfter(poem: MessagePoem, value: string, { locale }: CommandContext): PoemText {
  const { plan, text } = poem;
  const taken = readOfferedValue(value);
  if (taken === null) return text;
  const { line, text: written } = taken;
  const characters = [...written];
  if (characters.length !== plan.length || !text.mendable.includes(line)) throw new UserError('report-none');
  const start = line * (plan.length + 1);
  const whole = poem.characters.map((char, i) => characters[i - start] ?? char);
  const mark = text.lines[line]?.at(-1) ?? '';
  const shown = lineShown({ ...poem, characters: whole }, line) + mark;
  const mended = say(locale, 'footer-mended', { line: line + 1 });
  return {
    ...text,
    lines: text.lines.map((before, i) => (i === line ? shown : before)),
    footer: text.footer.split(' · ').includes(mended) ? text.footer : `${text.footer} · ${mended}`,
  };
}

function poemOf(embed: APIEmbed | undefined, spec: PoemSpec, { script: usual }: CommandContext): MessagePoem {
  const lines = versesShown(embed);
  const plan = compilePlan(spec.request, usual);
  const shown = [...(lines ?? []).join('')];
  if (lines === null || shown.length !== plan.slots.length) throw new UserError('report-none');
  const characters = isTraditional(shown.join('')) ? shown : restoreTraditional(shown, plan);
  const title = /^《(.+?)》/u.exec(embed?.title ?? '')?.[1] ?? '';
  return {
    ...{ spec, plan, characters, script: spec.script ?? scriptShown(lines) },
    title: plan.title || asTraditional(title),
    text: {
      ...{ spec, lines, mendable: mendableLines(plan) },
      heading: embed?.title ?? '',
      footer: embed?.footer?.text ?? '',
    },
  };
}
