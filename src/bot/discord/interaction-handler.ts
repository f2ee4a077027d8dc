/**
 * Answers interactions: routes each one to a command, a button or autocomplete, logs its outcome, and keeps count of
 * those under way.
 */

import {
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIMessageComponentInteraction,
  ApplicationCommandType,
  InteractionType,
} from 'discord.js';
import { DEFAULT_STYLE } from '../../card/card.ts';
import type { Outcome } from '../../fleet/protocol.ts';
import { say } from '../locale.ts';
import { excerpt } from '../option-values.ts';
import { NO_EXTRAS, preparePoem } from '../prepare-poem.ts';
import { UserError } from '../user-error.ts';
import { suggestionsFor } from './autocomplete.ts';
import { styleOf } from './button.ts';
import { commandMeant, optionValues } from './command-options.ts';
import { prepareCoupletButton } from './couplet-buttons.ts';
import { readCoupletId } from './couplet-ids.ts';
import { prepareFavourite, readFavouriteId } from './favourite-buttons.ts';
import { type InteractionContext, type InteractionServices, openContext } from './interaction-context.ts';
import { InteractionExpired, InteractionTaken } from './interaction-reply.ts';
import { sentenceMessage } from './message.ts';
import { isCard, prepareMessageCard } from './message-card.ts';
import { prepareKeep } from './message-keep.ts';
import { prepareMessageOffer, prepareMessagePick } from './message-mend.ts';
import { prepareMessageReport } from './message-report.ts';
import { TaskMeter } from './metered-task.ts';
import { takeOver } from './take-over.ts';
import { answerTask } from './task-answer.ts';
import { variationOf } from './variation.ts';

/** How many interactions are remembered, so that one that is delivered again is not answered again. */
const REMEMBERED = 10_000;

export class InteractionHandler {
  readonly #services: InteractionServices;
  readonly #underway = new Set<Promise<void>>();
  readonly #meter = new TaskMeter();
  /** The ids of the latest interactions, the oldest first. */
  readonly #seen = new Set<string>();
  #stopping = false;
  /** Another process was seen to serve, so this one, which stops, answers nothing new. */
  #left = false;

  constructor(services: InteractionServices) {
    this.#services = services;
  }

  /** Starts to answer an interaction, unless it was delivered before. Never throws. */
  handle(interaction: APIInteraction): void {
    const { log, metrics } = this.#services;
    if (this.#wasSeen(interaction.id)) {
      log.debug({ id: interaction.id }, 'An interaction was delivered again');
      return;
    }
    const done = this.#process(interaction)
      .catch((error) => log.error({ err: error }, 'An interaction could not be understood'))
      .finally(() => {
        this.#underway.delete(done);
        metrics.underway.set(this.#underway.size);
      });
    this.#underway.add(done);
    metrics.underway.set(this.#underway.size);
  }

  /** Gives the answer of an interaction that another bot took before it died. Throws if it must be tried again. */
  async takeOver(handover: unknown, outcome: Outcome): Promise<void> {
    await takeOver(handover, outcome, this.#services);
    this.#services.metrics.answered.inc({ kind: 'taken-over', outcome: outcome.ok ? 'done' : outcome.code });
  }

  /** Refuses new interactions, or leaves them to another process, and returns when those under way have been answered. */
  async drain(): Promise<void> {
    this.#stopping = true;
    this.#left = await this.#services.servedElsewhere();
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  /** The number of interactions that are being answered. */
  get underway(): number {
    return this.#underway.size;
  }

  /** A gateway that resumes may replay what it has delivered already. */
  #wasSeen(id: string): boolean {
    if (this.#seen.has(id)) return true;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > REMEMBERED && oldest !== undefined) this.#seen.delete(oldest);
    return false;
  }

  async #process(interaction: APIInteraction): Promise<void> {
    const context = openContext(interaction, this.#services);
    try {
      if (this.#stopping) await this.#leaveOrRefuse(context);
      else await this.#answer(context);
    } catch (error) {
      // Discord accepts no answer any more, so the user cannot be told.
      context.outcome = outcomeWithoutAnswer(error);
      // The user has an answer from the process that was faster.
      const level = context.outcome === 'taken' ? 'debug' : 'warn';
      this.#services.log[level]({ err: error, kind: context.kind }, 'An interaction could not be answered');
    }
    this.#record(context);
  }

  /** A process that stops leaves an interaction to the one that replaces it, if that one is there already. */
  async #leaveOrRefuse(context: InteractionContext): Promise<void> {
    this.#left ||= await this.#services.servedElsewhere();
    if (this.#left) context.outcome = 'left';
    else await refuseWhileStopping(context);
  }

  async #answer(context: InteractionContext): Promise<void> {
    const { interaction } = context;
    if (interaction.type === InteractionType.MessageComponent) {
      await this.#answerButton(context, interaction);
    } else if (interaction.type === InteractionType.ApplicationCommandAutocomplete) {
      context.kind = 'autocomplete';
      const suggest = () => suggestionsFor(interaction.data, context.command);
      await context.reply.autocomplete(await this.#meter.suggest(context.command.asker, suggest));
    } else if (
      interaction.type === InteractionType.ApplicationCommand &&
      interaction.data.type === ApplicationCommandType.ChatInput
    ) {
      // The compiler does not narrow the interaction by the type of its data.
      await this.#answerCommand(context, interaction as APIChatInputApplicationCommandInteraction);
    } else {
      this.#services.log.warn({ type: interaction.type }, 'An interaction of an unexpected kind');
    }
  }

  async #answerCommand(
    context: InteractionContext,
    { data }: APIChatInputApplicationCommandInteraction,
  ): Promise<void> {
    const { name, command, given } = commandMeant(data);
    context.kind = command?.name ?? 'unknown';
    const mode = command?.ephemeral ? 'ephemeral' : 'public';
    await answerTask(context, mode, this.#services, () => {
      if (!command) throw new UserError('command-unknown', { name: excerpt(name) });
      const { asker } = context.command;
      if (command.ownersOnly && !asker.owner) {
        this.#services.log.warn(
          { user: asker.user, guild: asker.guild, command: command.name },
          'Refused: not an owner',
        );
        throw new UserError('owners-only', { command: command.name });
      }
      const prepare = () => command.prepare(optionValues(command, given), context.command);
      return command.writes ? prepare() : this.#meter.prepare(asker, prepare);
    });
  }

  /** A button under a poem changes the poem if its own asker presses it. Anyone else gets a new message. */
  async #answerButton(
    context: InteractionContext,
    { data, message }: APIMessageComponentInteraction,
  ): Promise<void> {
    const { command, reply } = context;
    const favourite = readFavouriteId(data.custom_id);
    if (favourite) {
      context.kind = `favourite-${favourite.action}`;
      const mode = favourite.action === 'card' ? 'public' : 'update';
      await answerTask(context, mode, this.#services, () =>
        this.#meter.prepare(command.asker, () => prepareFavourite(favourite, command)),
      );
      return;
    }
    const couplet = readCoupletId(data.custom_id);
    if (couplet) {
      context.kind = `couplet-${couplet.action.split('-')[0]}`;
      const own = couplet.asker === command.asker.user && couplet.action !== 'card';
      const prepare = () => prepareCoupletButton(couplet, message, command);
      await answerTask(context, own ? 'update' : 'public', this.#services, () =>
        couplet.action === 'again' ? prepare() : this.#meter.prepare(command.asker, prepare),
      );
      return;
    }
    const button = this.#services.codec.decode(data.custom_id);
    context.kind = button ? `button-${button.action}` : 'button';
    const own = button?.asker === command.asker.user;
    if (!button) {
      context.outcome = 'button-stale';
      await reply.respondEphemeral(sentenceMessage(say(command.locale, 'button-stale'), command.locale));
    } else if (button.action === 'report') {
      await answerTask(context, 'ephemeral', this.#services, () =>
        this.#meter.prepare(command.asker, () =>
          prepareMessageReport(message.embeds[0], button.spec, command),
        ),
      );
    } else if (button.action === 'keep') {
      await answerTask(context, 'ephemeral', this.#services, () =>
        this.#meter.prepare(command.asker, () => prepareKeep(message, button.spec, command)),
      );
    } else if (button.action === 'mend' || button.action === 'mend-pick') {
      const value = ('values' in data ? data.values[0] : undefined) ?? '';
      const prepare = () =>
        button.action === 'mend'
          ? prepareMessageOffer(message, button.spec, value, command)
          : prepareMessagePick(message, button.spec, value, command);
      await answerTask(context, own ? 'update' : 'public', this.#services, () =>
        button.action === 'mend' ? prepare() : this.#meter.prepare(command.asker, prepare),
      );
    } else if (button.action === 'again' || button.action === 'form') {
      const spec = variationOf(button.spec, button.action, command.drawSeed());
      await answerTask(context, own ? 'update' : 'public', this.#services, () =>
        preparePoem(spec, NO_EXTRAS, command),
      );
    } else {
      const style = styleOf(button.action) ?? DEFAULT_STYLE;
      // A button under a card changes the card; the one under a poem leaves the poem where it is.
      const mode = own && isCard(message) ? 'update' : 'public';
      await answerTask(context, mode, this.#services, () =>
        this.#meter.prepare(command.asker, () => prepareMessageCard(message, button.spec, style, command)),
      );
    }
  }

  /** Writes one log line for an interaction. It contains nothing of what the user asked for. */
  #record({ kind, outcome, command, arrivedAt, waitedMs, ranMs }: InteractionContext): void {
    const { log, metrics } = this.#services;
    metrics.answered.inc({ kind, outcome });
    const round = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms));
    const line = {
      kind,
      locale: command.locale,
      guild: command.asker.guild,
      waitedMs: round(waitedMs),
      ranMs: round(ranMs),
      totalMs: round(performance.now() - arrivedAt),
      outcome,
    };
    if (kind === 'autocomplete') log.debug(line, 'interaction');
    else log.info(line, 'interaction');
  }
}

function outcomeWithoutAnswer(error: unknown): string {
  if (error instanceof InteractionTaken) return 'taken';
  return error instanceof InteractionExpired ? 'too-late' : 'lost';
}

async function refuseWhileStopping(context: InteractionContext): Promise<void> {
  const { interaction, reply, command } = context;
  context.outcome = 'stopping';
  if (interaction.type === InteractionType.ApplicationCommandAutocomplete) await reply.autocomplete([]);
  else await reply.respondEphemeral(sentenceMessage(say(command.locale, 'closing'), command.locale));
}
