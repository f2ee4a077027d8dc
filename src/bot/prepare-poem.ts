/** From a request to a poem: compiles the plan at once, and returns the task that generates the poem. */

import { type Card, type CardStyle, DEFAULT_STYLE } from '../card/card.ts';
import { CardError } from '../card/studio.ts';
import { compilePlan } from '../poetry/compile.ts';
import type { Script, VerseRequest } from '../poetry/request.ts';
import { toSimplified } from '../poetry/script.ts';
import { markedVerseLines } from '../poetry/verse-lines.ts';
import type { GeneratedPoem, WriteOptions } from '../service/inference.ts';
import type { Answer, Picture, PoemSpec, ShownPoem } from './answer.ts';
import { cardOf, pictureOf } from './card-of.ts';
import type { CommandContext, CommandTask, Values } from './command.ts';
import { withPoem } from './handover.ts';
import { say } from './locale.ts';
import { reportLines } from './meter-report.ts';
import type { POEM_OPTIONS } from './options.ts';
import { rhymeNamed } from './rhyme-name.ts';

type PoemOptionValues = Values<typeof POEM_OPTIONS>;

/** The meter and rhyme of a request, from the option values. Throws `UserError` if the rhyme is ambiguous. */
export function meterAndRhyme({
  meter = 'strict',
  rhyme = 'auto',
}: PoemOptionValues): Pick<VerseRequest, 'meter' | 'rhyme'> {
  return { meter, rhyme: rhymeNamed(rhyme) };
}

/** Prepares a poem from a request and the other option values. Draws a seed if none is given. Throws `Refusal`. */
export function preparePoemFromOptions(
  request: VerseRequest,
  { mood = 'free', seed, script, report = false, card = false, layout, paper }: PoemOptionValues,
  context: CommandContext,
): CommandTask {
  const spec = { request, mood, seed: seed ?? context.drawSeed(), script: script ?? null };
  // Whoever chooses how the card looks wants one.
  const wanted = card || layout !== undefined || paper !== undefined;
  const style = { layout: layout ?? DEFAULT_STYLE.layout, paper: paper ?? DEFAULT_STYLE.paper };
  return preparePoem(spec, { report, card: wanted ? style : null, file: card }, context);
}

/** What is shown besides the poem. */
export interface Extras {
  /** The 格律 report. */
  readonly report: boolean;
  /** How the picture card looks; null for none. */
  readonly card: CardStyle | null;
  /** The file to write the card to, in the terminal. */
  readonly file: string | boolean;
}

export const NO_EXTRAS: Extras = { report: false, card: null, file: false };

/**
 * Prepares a poem with its extras. Throws `Refusal` if no poem can be written to the request: the plan is compiled here
 * and not in the task, so that the user learns of it at once.
 */
export function preparePoem(spec: PoemSpec, extras: Extras, context: CommandContext): CommandTask {
  const write = prepareVerse(spec, context);
  return async (options) => poemAnswer(await write(withPoem(options, spec, extras)), extras, context);
}

/** The answer with a poem that has been written, and its extras. */
export async function poemAnswer(
  poem: ShownPoem,
  { report, card, file }: Extras,
  context: Pick<CommandContext, 'inference' | 'studio' | 'locale'>,
): Promise<Answer> {
  const { inference, locale } = context;
  const { spec, plan, script } = poem;
  const { characters } = poem.written;
  const seed = say(locale, 'footer-seed', { seed: String(spec.seed) });
  return {
    kind: 'poem',
    poem,
    ...(card ? await tryPicture(cardOf(poem, card), file, context) : {}),
    report: report ? [...(await reportLines({ characters, plan, script }, inference, locale)), seed] : [],
  };
}

/** Prepares a poem alone. Throws `Refusal`. */
export function prepareVerse(
  spec: PoemSpec,
  { inference, asker, script: usual }: Pick<CommandContext, 'inference' | 'asker' | 'script'>,
): (options: WriteOptions) => Promise<ShownPoem> {
  const plan = compilePlan(spec.request, usual);
  return async (options) => {
    const order = { plan, mood: spec.mood, seed: spec.seed };
    return shownPoem(spec, await inference.write(order, asker, options), usual);
  };
}

/** A poem that was written to `spec`. `usual` is the script of an asker who chose none. */
export function shownPoem(spec: PoemSpec, written: GeneratedPoem, usual: Script): ShownPoem {
  const plan = compilePlan(spec.request, usual);
  const lines = markedVerseLines(written.characters.join(''));
  return { spec, plan, lines, script: spec.script ?? usual, written };
}

/** The picture, or what went wrong: a poem is not lost with its picture. */
export async function tryPicture(
  card: Card,
  file: string | boolean,
  context: Pick<CommandContext, 'studio' | 'locale'>,
): Promise<{ readonly picture: Picture } | { readonly notice: string }> {
  try {
    return { picture: await pictureOf(card, context, file) };
  } catch (error) {
    if (!(error instanceof CardError)) throw error;
    return { notice: say(context.locale, error.code) };
  }
}

/** Loads the tables of tones, rhymes and scripts. That takes about 0.25 s, which no user should have to wait for. */
export function warmUp(): void {
  compilePlan({ kind: 'poem', opening: '月', title: '', form: 'qijue', meter: 'strict', rhyme: 'auto' });
  toSimplified('月');
}
