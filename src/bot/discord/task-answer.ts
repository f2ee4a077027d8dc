/**
 * Answers an interaction whose answer takes time. Discord accepts a first answer for three seconds only, so the
 * answer is deferred before the task runs, and filled in when the task is done.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { deferred } from '../../service/deferred.ts';
import { AnsweredElsewhere } from '../../service/inference.ts';
import type { Answer } from '../answer.ts';
import type { CommandTask } from '../command.ts';
import type { Handover, ReplyMode } from '../handover.ts';
import { say } from '../locale.ts';
import { outcomeOf, sentenceFor } from '../user-error.ts';
import type { InteractionContext, InteractionServices } from './interaction-context.ts';
import type { InteractionReply, Message } from './interaction-reply.ts';
import { answerMessage, sentenceMessage } from './message.ts';
import { WaitingNotices } from './waiting-notices.ts';

/**
 * At the latest so long after an interaction it is deferred: Discord waits three seconds. An order that cannot be kept
 * has been refused before.
 */
const DEFERRED_WITHIN_MS = 2_400;

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
  // A bot that dies after the deferral leaves an order that another bot answers, so the order is kept first.
  const kept = deferred<void>();
  if (!services.inference.keepsOrders) kept.resolve();
  const late = pause(DEFERRED_WITHIN_MS - (performance.now() - context.arrivedAt), undefined, { ref: false });
  let first: 'deferral' | 'refusal' | null = null;
  const deferral = Promise.race([kept.promise, late]).then(async () => {
    first ??= 'deferral';
    if (first === 'deferral') await defer(context, mode, services);
  });
  const answered = deferred<void>();
  const cancellation = new AbortController();
  deferral.catch(() => cancellation.abort());
  const notices = new WaitingNotices(reply, command.locale, deferral);
  // In update mode the message still shows the previous poem, which a notice would replace.
  const onWaiting = mode === 'update' ? () => {} : notices.onWaiting;
  const options = {
    signal: cancellation.signal,
    onWaiting,
    id: context.interaction.id,
    handover: {
      interaction: handed(context.interaction),
      mode,
      locale: command.locale,
      script: command.script,
      asker: command.asker.user,
      poem: null,
    } satisfies Handover,
    onKept: kept.resolve,
    answered: answered.promise,
  };
  try {
    const send = await task(options).then(
      (answer) => {
        const rendered = renderAnswer(context, services, answer);
        // While the user chooses a line, the poem's picture stays.
        const keeps = mode === 'update' && answer.kind === 'mend';
        const message = keeps ? { ...rendered, kept: attachedTo(context) } : rendered;
        return () => reply.edit(message);
      },
      (error) => {
        if (error instanceof AnsweredElsewhere) throw error;
        const message = errorMessage(context, services, error);
        first ??= 'refusal';
        return first === 'refusal'
          ? () => reply.respondEphemeral(message)
          : () => showError(reply, mode, message);
      },
    );
    kept.resolve();
    await deferral;
    await notices.end();
    await send();
  } catch (error) {
    if (!(error instanceof AnsweredElsewhere)) throw error;
    context.outcome = 'taken';
  } finally {
    void notices.end();
    kept.resolve();
    answered.resolve();
  }
}

function handed({ id, token, application_id }: InteractionContext['interaction']) {
  return { id, token, application_id };
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
export async function showError(reply: InteractionReply, mode: ReplyMode, message: Message): Promise<void> {
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
