/** From a request to a poem. */

import { compilePlan } from '../poetry/compile.ts';
import type { VerseAsk } from './answer.ts';
import type { CommandContext, Work } from './command.ts';
import { say } from './locale.ts';
import { reportLines } from './report.ts';

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
