/**
 * Answers an interaction whose answer takes time. Discord accepts a first answer for three seconds only, so the
 * answer is deferred before the task runs, and filled in when the task is done.
 */

import type { Answer } from '../answer.ts';
import type { CommandTask } from '../command.ts';
import { say } from '../locale.ts';
import { outcomeOf, sentenceFor } from '../user-error.ts';
import type { InteractionContext, InteractionServices } from './interaction-context.ts';
import type { Message } from './interaction-reply.ts';
import { answerMessage, sentenceMessage } from './message.ts';
import { WaitingNotices } from './waiting-notices.ts';

/**
 * Where the answer appears: in a new message that everyone sees, in one that only the asker sees, or in the message
 * whose button was pressed.
 */
export type ReplyMode = 'public' | 'ephemeral' | 'update';

/** Calls `prepare` and runs the task that it returns. Shows the answer, or what went wrong with either. */
export async function answerTask(
  context: InteractionContext,
  mode: ReplyMode,
  services: InteractionServices,
  prepare: () => CommandTask,
): Promise<void> {
  const { reply, command } = context;
  let task: CommandTask;
  try {
    task = prepare();
  } catch (error) {
    await reply.respondEphemeral(errorMessage(context, services, error));
    return;
  }
  const deferral = defer(context, mode, services);
  const cancellation = new AbortController();
  deferral.catch(() => cancellation.abort());
  const notices = new WaitingNotices(reply, command.locale, deferral);
  // In update mode the message still shows the previous poem, which a notice would replace.
  const onWaiting = mode === 'update' ? () => {} : notices.onWaiting;
  let message: Message;
  try {
    const answer = await task({ signal: cancellation.signal, onWaiting });
    message = renderAnswer(context, services, answer);
    // While the user chooses a line, the poem's picture stays.
    if (mode === 'update' && answer.kind === 'mend') message = { ...message, kept: attachedTo(context) };
  } catch (error) {
    await deferral;
    await notices.settled;
    await showError(context, mode, errorMessage(context, services, error));
    return;
  }
  await deferral;
  await notices.settled;
  await reply.edit(message);
}

/** The ids of the files of the message whose component was used. */
function attachedTo({ interaction }: InteractionContext): readonly string[] {
  const message = 'message' in interaction ? interaction.message : undefined;
  return message?.attachments.map(({ id }) => id) ?? [];
}

async function defer(
  { reply, arrivedAt }: InteractionContext,
  mode: ReplyMode,
  { metrics }: InteractionServices,
): Promise<void> {
  if (mode === 'update') await reply.deferUpdate();
  else await reply.defer(mode === 'ephemeral');
  metrics.firstAnswer.observe((performance.now() - arrivedAt) / 1000);
}

/** Shows an error after the deferral, to the asker only. */
async function showError({ reply }: InteractionContext, mode: ReplyMode, message: Message): Promise<void> {
  if (mode === 'ephemeral') await reply.edit(message);
  else if (mode === 'update') await reply.followUpEphemeral(message);
  else await reply.replaceWithEphemeral(message);
}

function renderAnswer(context: InteractionContext, { codec }: InteractionServices, answer: Answer): Message {
  if (answer.kind === 'poem') {
    context.waitedMs = answer.poem.written.waitedMs;
    context.ranMs = answer.poem.written.ranMs;
  }
  const { asker, locale } = context.command;
  return answerMessage(answer, asker.user, locale, codec);
}

/** The message for an error. Sets the outcome, and logs the error if it is a bug. */
function errorMessage(context: InteractionContext, { log }: InteractionServices, error: unknown): Message {
  const { locale } = context.command;
  context.outcome = outcomeOf(error);
  const sentence = sentenceFor(error, locale);
  if (sentence === null) log.error({ err: error, kind: context.kind }, 'An interaction failed');
  return sentenceMessage(sentence ?? say(locale, 'fault'), locale);
}
