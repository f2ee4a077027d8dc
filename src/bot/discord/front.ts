/**
 * What happens between an interaction and its answer. Everything is told at once whether it can be done; what
 * takes time is deferred first, so that Discord's three seconds are never missed, and written meanwhile.
 */

import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIChatInputApplicationCommandInteraction,
  type APIInteraction,
  type APIMessageComponentInteraction,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  InteractionType,
  type REST,
} from 'discord.js';
import type { Inference } from '../../service/inference.ts';
import type { Answer } from '../answer.ts';
import { COMMANDS } from '../catalogue.ts';
import type { Command, CommandContext, Option, OptionValue, Work } from '../command.ts';
import { Complaint, outcomeOf, sentenceFor } from '../complaint.ts';
import { nearestLocale, say, scriptOf } from '../locale.ts';
import type { Log } from '../log.ts';
import { readValue } from '../values.ts';
import { prepareVerse } from '../writing.ts';
import type { ButtonCodec } from './button.ts';
import { answerMessage, sentenceMessage } from './message.ts';
import type { InteractionMetrics } from './metrics.ts';
import { type Message, Reply, TooLate } from './reply.ts';
import { prepareReport } from './shown-report.ts';
import { varied } from './variation.ts';
import { WaitingNotices } from './waiting-notices.ts';

/** Discord shows at most this many suggestions, of at most so many characters. */
const SUGGESTIONS = 25;
const LONGEST_SUGGESTION = 100;

export interface FrontOptions {
  readonly rest: REST;
  readonly inference: Inference;
  readonly owners: ReadonlySet<string>;
  readonly codec: ButtonCodec;
  readonly log: Log;
  readonly metrics: InteractionMetrics;
  drawSeed(): number;
}

/** One interaction on its way. */
interface Visit {
  readonly interaction: APIInteraction;
  readonly reply: Reply;
  readonly context: CommandContext;
  readonly arrivedAt: number;
  /** The command's name, or the button's. */
  kind: string;
  outcome: string;
  /** Of a poem: how long it waited for its turn, and how long it took to write. */
  waitedMs?: number;
  ranMs?: number;
}

/** How a piece of work is answered. */
interface Manner {
  /** Shown to the asker alone. */
  readonly discreet: boolean;
  /** Changes the message whose button was pressed. */
  readonly inPlace: boolean;
}

export class Front {
  readonly #options: FrontOptions;
  readonly #underway = new Set<Promise<void>>();
  #stopping = false;

  constructor(options: FrontOptions) {
    this.#options = options;
  }

  /** Answers an interaction; never throws. */
  handle(interaction: APIInteraction): void {
    const done = this.#visit(interaction)
      .catch((error) => this.#options.log.error({ err: error }, 'An interaction could not be understood'))
      .finally(() => {
        this.#underway.delete(done);
        this.#options.metrics.underway.set(this.#underway.size);
      });
    this.#underway.add(done);
    this.#options.metrics.underway.set(this.#underway.size);
  }

  /** Takes nothing new, and returns when what is under way has been answered. */
  async drain(): Promise<void> {
    this.#stopping = true;
    while (this.#underway.size > 0) await Promise.all(this.#underway);
  }

  get underway(): number {
    return this.#underway.size;
  }

  async #visit(interaction: APIInteraction): Promise<void> {
    const visit = this.#begin(interaction);
    try {
      if (this.#stopping) await this.#turnAway(visit);
      else await this.#answer(visit);
    } catch (error) {
      // The asker cannot be reached any more, or has been told already.
      visit.outcome = error instanceof TooLate ? 'too-late' : 'lost';
      this.#options.log.warn({ err: error, kind: visit.kind }, 'An interaction could not be answered');
    }
    this.#record(visit);
  }

  #begin(interaction: APIInteraction): Visit {
    const { rest, inference, owners, drawSeed } = this.#options;
    const user = (interaction.member?.user ?? interaction.user)?.id ?? '';
    const locale = nearestLocale(('locale' in interaction && interaction.locale) || '');
    const asker = { user, guild: interaction.guild_id ?? null, owner: owners.has(user) };
    return {
      interaction,
      reply: new Reply(rest, interaction),
      context: { inference, asker, locale, script: scriptOf(locale), front: 'discord', drawSeed },
      arrivedAt: performance.now(),
      kind: 'unknown',
      outcome: 'done',
    };
  }

  async #turnAway(visit: Visit): Promise<void> {
    visit.outcome = 'stopping';
    if (visit.interaction.type === InteractionType.ApplicationCommandAutocomplete)
      await visit.reply.suggest([]);
    else await visit.reply.tell(sentenceMessage(say(visit.context.locale, 'closing'), visit.context.locale));
  }

  async #answer(visit: Visit): Promise<void> {
    const { interaction } = visit;
    if (interaction.type === InteractionType.MessageComponent) {
      await this.#press(visit, interaction);
    } else if (interaction.type === InteractionType.ApplicationCommandAutocomplete) {
      await this.#complete(visit, interaction);
    } else if (
      interaction.type === InteractionType.ApplicationCommand &&
      interaction.data.type === ApplicationCommandType.ChatInput
    ) {
      await this.#command(visit, interaction as APIChatInputApplicationCommandInteraction);
    } else {
      this.#options.log.warn({ type: interaction.type }, 'An interaction of a kind that was never asked for');
    }
  }

  async #command(visit: Visit, { data }: APIChatInputApplicationCommandInteraction): Promise<void> {
    const command = COMMANDS.find(({ name }) => name === data.name);
    visit.kind = command?.name ?? 'unknown';
    await this.#attempt(visit, { discreet: command?.discreet ?? false, inPlace: false }, () => {
      if (!command) throw new Complaint('command-unknown', { name: data.name });
      if (command.ownersOnly && !visit.context.asker.owner) {
        this.#options.log.warn(
          { user: visit.context.asker.user, guild: visit.context.asker.guild, command: command.name },
          'Refused: not an owner',
        );
        throw new Complaint('owners-only', { command: command.name });
      }
      return command.prepare(valuesOf(command, data.options ?? []), visit.context);
    });
  }

  /** A button under a poem: its own asker sees the poem change, anybody else gets a poem of their own. */
  async #press(visit: Visit, interaction: APIMessageComponentInteraction): Promise<void> {
    const { context } = visit;
    const { locale } = context;
    const button = this.#options.codec.decode(interaction.data.custom_id);
    visit.kind = button ? `button-${button.action}` : 'button';
    if (!button) {
      visit.outcome = 'button-stale';
      await visit.reply.tell(sentenceMessage(say(locale, 'button-stale'), locale));
    } else if (button.action === 'report') {
      await this.#attempt(visit, { discreet: true, inPlace: false }, () =>
        prepareReport(interaction.message.embeds[0], button.ask, context),
      );
    } else {
      const ask = varied(button.ask, button.action, context.drawSeed());
      const inPlace = button.asker === context.asker.user;
      await this.#attempt(visit, { discreet: false, inPlace }, () => prepareVerse(ask, false, context));
    }
  }

  async #complete(visit: Visit, { data }: APIApplicationCommandAutocompleteInteraction): Promise<void> {
    visit.kind = 'autocomplete';
    const command = COMMANDS.find(({ name }) => name === data.name);
    const typed = data.options.find((option) => 'focused' in option && option.focused === true);
    const option = Object.entries(command?.options ?? {}).find(([name]) => name === typed?.name)?.[1];
    const suggestions =
      option?.kind === 'text' && option.suggest && typed && 'value' in typed
        ? await option.suggest(String(typed.value), visit.context)
        : [];
    const choices = suggestions
      .filter(({ label, value }) => fits(label) && fits(value))
      .slice(0, SUGGESTIONS)
      .map(({ label, value }) => ({ name: label, value }));
    await visit.reply.suggest(choices);
  }

  /** Does what `prepare` says, or says why not. */
  async #attempt(visit: Visit, manner: Manner, prepare: () => Work): Promise<void> {
    let work: Work;
    try {
      work = prepare();
    } catch (error) {
      await visit.reply.tell(this.#apology(visit, error));
      return;
    }
    const deferral = (manner.inPlace ? visit.reply.deferUpdate() : visit.reply.defer(manner.discreet)).then(
      () => this.#options.metrics.firstAnswer.observe((performance.now() - visit.arrivedAt) / 1000),
    );
    const cancellation = new AbortController();
    deferral.catch(() => cancellation.abort());
    const notices = new WaitingNotices(visit.reply, visit.context.locale, deferral);
    let message: Message;
    try {
      // In place there is a poem to look at meanwhile, which a notice would take away.
      const onWaiting = manner.inPlace ? () => {} : notices.onWaiting;
      message = this.#render(visit, await work({ signal: cancellation.signal, onWaiting }));
    } catch (error) {
      await deferral;
      await notices.settled;
      const apology = this.#apology(visit, error);
      if (manner.discreet) await visit.reply.edit(apology);
      else if (manner.inPlace) await visit.reply.tellBesides(apology);
      else await visit.reply.tellInstead(apology);
      return;
    }
    await deferral;
    await notices.settled;
    await visit.reply.edit(message);
  }

  #render(visit: Visit, answer: Answer): Message {
    if (answer.kind === 'poem') {
      visit.waitedMs = answer.poem.written.waitedMs;
      visit.ranMs = answer.poem.written.ranMs;
    }
    const { asker, locale } = visit.context;
    return answerMessage(answer, asker.user, locale, this.#options.codec);
  }

  #apology(visit: Visit, error: unknown): Message {
    visit.outcome = outcomeOf(error);
    const sentence = sentenceFor(error, visit.context.locale);
    if (sentence === null) this.#options.log.error({ err: error, kind: visit.kind }, 'An interaction failed');
    return sentenceMessage(sentence ?? say(visit.context.locale, 'fault'), visit.context.locale);
  }

  /** One line an interaction, without a word of what was asked. */
  #record({ kind, outcome, context, arrivedAt, waitedMs, ranMs }: Visit): void {
    const { log, metrics } = this.#options;
    metrics.answered.inc({ kind, outcome });
    const round = (ms: number | undefined) => (ms === undefined ? undefined : Math.round(ms));
    const line = {
      kind,
      locale: context.locale,
      guild: context.asker.guild,
      waitedMs: round(waitedMs),
      ranMs: round(ranMs),
      totalMs: round(performance.now() - arrivedAt),
      outcome,
    };
    if (kind === 'autocomplete') log.debug(line, 'interaction');
    else log.info(line, 'interaction');
  }
}

/** Discord checks values before it sends them; a command registered by an older version may still differ. */
function valuesOf(
  command: Command,
  given: APIChatInputApplicationCommandInteraction['data']['options'] & object,
): Record<string, OptionValue> {
  const values: Record<string, OptionValue> = {};
  for (const [name, option] of Object.entries(command.options) as [
    Parameters<typeof readValue>[0],
    Option,
  ][]) {
    const found = given.find((one) => one.name === name);
    if (found && found.type !== ApplicationCommandOptionType.Subcommand && 'value' in found) {
      values[name] = readValue(name, option, String(found.value));
    }
  }
  return values;
}

function fits(text: string): boolean {
  return text.length > 0 && text.length <= LONGEST_SUGGESTION;
}
