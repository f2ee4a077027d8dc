/** Gives the answer of an interaction that another bot took before it died. */

import { DiscordAPIError } from 'discord.js';
import type { Outcome } from '../../fleet/protocol.ts';
import { Unavailable } from '../../service/inference.ts';
import { type Handover, readHandover } from '../handover.ts';
import { say } from '../locale.ts';
import { poemAnswer, shownPoem } from '../prepare-poem.ts';
import { sentenceFor } from '../user-error.ts';
import type { InteractionServices } from './interaction-context.ts';
import { InteractionReply, isGone, type Message } from './interaction-reply.ts';
import { answerMessage, sentenceMessage } from './message.ts';
import { showError } from './task-answer.ts';

/** Throws if the answer must be tried again, by this bot or another one. */
export async function takeOver(
  data: unknown,
  outcome: Outcome,
  services: InteractionServices,
): Promise<void> {
  const handover = readHandover(data);
  const { interaction, mode, locale } = handover;
  const reply = new InteractionReply(services, interaction);
  try {
    const message = await poemMessageOf(handover, outcome, services);
    if (message) await showPoem(reply, message);
    else await showError(reply, mode, sentenceMessage(failureOf(handover, outcome), locale));
  } catch (error) {
    // Discord says the same to everybody who tries again.
    if (!(error instanceof DiscordAPIError)) throw error;
    services.log.warn({ err: error }, "An answer in another bot's place was refused");
  }
}

/** The dead bot may have deleted the message, to say that there is no poem, and died before it said so. */
async function showPoem(reply: InteractionReply, message: Message): Promise<void> {
  try {
    await reply.edit(message);
  } catch (error) {
    if (!isGone(error)) throw error;
    await reply.followUpEphemeral(message);
  }
}

/** Null if there is no poem to show. */
async function poemMessageOf(
  { poem, asker, locale, script }: Handover,
  outcome: Outcome,
  { inference, studio, codec }: InteractionServices,
): Promise<Message | null> {
  if (poem === null || !outcome.ok) return null;
  const { spec, report, card } = poem;
  const shown = shownPoem(spec, outcome.poem, script);
  const answer = await poemAnswer(shown, { report, card, file: false }, { inference, studio, locale });
  return answerMessage(answer, asker, locale, codec);
}

function failureOf({ locale }: Handover, outcome: Outcome): string {
  if (outcome.ok) return say(locale, 'interrupted');
  if (outcome.code === 'failed') return say(locale, 'fault');
  return sentenceFor(new Unavailable(outcome.code), locale) ?? say(locale, 'fault');
}
