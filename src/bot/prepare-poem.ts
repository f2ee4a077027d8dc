/** From a request to a poem: compiles the plan at once, and returns the task that generates the poem. */

import { compilePlan } from '../poetry/compile.ts';
import type { VerseRequest } from '../poetry/request.ts';
import { toSimplified } from '../poetry/script.ts';
import { markedVerseLines } from '../poetry/verse-lines.ts';
import type { PoemSpec } from './answer.ts';
import type { CommandContext, CommandTask, Values } from './command.ts';
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
  { mood = 'free', seed, script, report = false }: PoemOptionValues,
  context: CommandContext,
): CommandTask {
  const spec = { request, mood, seed: seed ?? context.drawSeed(), script: script ?? null };
  return preparePoem(spec, report, context);
}

/**
 * Prepares a poem. `report` adds the 格律 report to the answer. Throws `Refusal` if no poem can be written to the
 * request: the plan is compiled here and not in the task, so that the user learns of it at once.
 */
export function preparePoem(spec: PoemSpec, report: boolean, context: CommandContext): CommandTask {
  const script = spec.script ?? context.script;
  const plan = compilePlan(spec.request, context.script);
  const { inference, asker, locale } = context;
  return async (options) => {
    const written = await inference.write({ plan, mood: spec.mood, seed: spec.seed }, asker, options);
    const { characters } = written;
    const lines = markedVerseLines(characters.join(''));
    const seed = say(locale, 'footer-seed', { seed: String(spec.seed) });
    return {
      kind: 'poem',
      poem: { spec, plan, lines, script, written },
      report: report ? [...(await reportLines({ characters, plan, script }, inference, locale)), seed] : [],
    };
  };
}

/** Loads the tables of tones, rhymes and scripts. That takes about 0.25 s, which no user should have to wait for. */
export function warmUp(): void {
  compilePlan({ kind: 'poem', opening: '月', title: '', form: 'qijue', meter: 'strict', rhyme: 'auto' });
  toSimplified('月');
}
