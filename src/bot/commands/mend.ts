/** /mend: offers three other lines for one of the poem above, or takes one of those offered. In the terminal only. */

import { type CardStyle, DEFAULT_STYLE } from '../../card/card.ts';
import { markedVerseLines } from '../../poetry/verse-lines.ts';
import type { OfferedLine, ShownPoem } from '../answer.ts';
import { cardOf } from '../card-of.ts';
import { type CommandContext, type CommandTask, defineCommand } from '../command.ts';
import type { Desk } from '../desk.ts';
import { say } from '../locale.ts';
import { type Mendable, OFFERED, prepareOffer } from '../mend.ts';
import { reportLines } from '../meter-report.ts';
import { POEM_OPTIONS } from '../options.ts';
import { tryPicture } from '../prepare-poem.ts';
import { UserError } from '../user-error.ts';

const { seed, report, card, layout, paper } = POEM_OPTIONS;

export const mend = defineCommand({
  name: 'mend',
  terminalOnly: true,
  writes: true,
  options: {
    line: { kind: 'integer', min: 1, max: 16 },
    pick: { kind: 'integer', min: 1, max: OFFERED },
    ...{ seed, report, card, layout, paper },
  },
  prepare(values, context) {
    const { desk } = context;
    const poem = desk?.poem;
    if (!desk || !poem) throw new UserError('mend-none');
    if (values.pick === undefined) {
      if (values.line === undefined) throw new UserError('mend-not-offered');
      return offer(desk, poem, values.line - 1, values.seed ?? context.drawSeed(), context);
    }
    const offered = desk.offer?.lines[values.pick - 1];
    const isOther = values.line !== undefined && values.line - 1 !== desk.offer?.line;
    if (!offered || isOther) throw new UserError('mend-not-offered');
    const wanted = values.card || values.layout !== undefined || values.paper !== undefined;
    const style = { ...DEFAULT_STYLE, ...withoutUndefined({ layout: values.layout, paper: values.paper }) };
    const extras = {
      report: values.report ?? false,
      card: wanted ? style : null,
      file: values.card ?? false,
    };
    return take(desk, poem, offered, extras, context);
  },
});

function withoutUndefined(
  style: { [key in keyof CardStyle]: CardStyle[key] | undefined },
): Partial<CardStyle> {
  return Object.fromEntries(Object.entries(style).filter(([, value]) => value !== undefined));
}

function offer(desk: Desk, poem: Mendable, line: number, seed: number, context: CommandContext): CommandTask {
  const write = prepareOffer(poem, line, seed, context);
  return async (options) => {
    const lines = await write(options);
    desk.offer = { line, lines };
    const entries = lines.map(({ shown }, n) => ({ term: String(n + 1), text: shown }));
    const hint = { text: say(context.locale, 'mend-hint', { line: line + 1 }) };
    return {
      kind: 'page',
      title: say(context.locale, 'mend-pick', { line: line + 1 }),
      entries: [...entries, hint],
    };
  };
}

function take(
  desk: Desk,
  poem: Mendable,
  { characters }: OfferedLine,
  extras: { readonly report: boolean; readonly card: CardStyle | null; readonly file: string | boolean },
  context: CommandContext,
): CommandTask {
  const { inference, locale } = context;
  const { spec, plan, script, title } = poem;
  return async () => {
    desk.poem = { ...poem, characters };
    desk.offer = null;
    const written = {
      ...{ characters, others: [], title, nllHanzi: null, unknownCharacters: [] },
      ...{ checkpoint: inference.status().checkpoint.name, seed: spec.seed, waitedMs: 0, ranMs: 0 },
    };
    const shown: ShownPoem = { spec, plan, lines: markedVerseLines(characters.join('')), script, written };
    return {
      kind: 'poem',
      poem: shown,
      ...(extras.card ? await tryPicture(cardOf(shown, extras.card), extras.file, context) : {}),
      report: extras.report ? await reportLines({ characters, plan, script }, inference, locale) : [],
    };
  };
}
