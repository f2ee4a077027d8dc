/** From a request to a poem. */

import { compilePlan } from '../poetry/compile.ts';
import type { VerseRequest } from '../poetry/request.ts';
import { toSimplified } from '../poetry/script.ts';
import type { VerseAsk } from './answer.ts';
import type { CommandContext, Values, Work } from './command.ts';
import { say } from './locale.ts';
import type { WISHES } from './options.ts';
import { reportLines } from './report.ts';
import { rhymeNamed } from './rhyme-name.ts';

type Wishes = Values<typeof WISHES>;

/** The wishes that are part of a request. Throws `Complaint`. */
export function wished({ meter = 'strict', rhyme = 'auto' }: Wishes): Pick<VerseRequest, 'meter' | 'rhyme'> {
  return { meter, rhyme: rhymeNamed(rhyme) };
}

/** {@link prepareVerse}, with the other wishes, and a fresh seed where none is wished. */
export function prepareWished(
  request: VerseRequest,
  { mood = 'free', seed, script, report = false }: Wishes,
  context: CommandContext,
): Work {
  return prepareVerse(
    { request, mood, seed: seed ?? context.drawSeed(), script: script ?? null },
    report,
    context,
  );
}

/** Compiles the plan now, so that what cannot be written is refused at once. Throws `Refusal`. */
export function prepareVerse(ask: VerseAsk, report: boolean, context: CommandContext): Work {
  const plan = compilePlan(ask.request);
  const { inference, asker, locale } = context;
  return async (options) => {
    const written = await inference.write({ plan, mood: ask.mood, seed: ask.seed }, asker, options);
    const { characters } = written;
    const lines = characters.join('').match(/[^，。]+[，。]?/gu) ?? [];
    const script = ask.script ?? context.script;
    const seed = say(locale, 'footer-seed', { seed: String(ask.seed) });
    return {
      kind: 'poem',
      poem: { ask, plan, lines, script, written },
      report: report ? [...(await reportLines({ characters, plan, script }, inference, locale)), seed] : [],
    };
  };
}

/** Loads the tables of tone, rhyme and script, a quarter of a second that no asker should wait for. */
export function warmUp(): void {
  compilePlan({ kind: 'poem', opening: '月', title: '', form: 'qijue', meter: 'strict', rhyme: 'auto' });
  toSimplified('月');
}
