/** 對聯: second lines for a first line of the user's, and the couplet's picture card. */

import { type Card, type CardStyle, DEFAULT_STYLE } from '../card/card.ts';
import { readFirstLine } from '../poetry/couplet.ts';
import type { Script } from '../poetry/request.ts';
import { showCharacters } from '../poetry/show.ts';
import type { WriteOptions } from '../service/inference.ts';
import type { Answer, CoupletSpec } from './answer.ts';
import type { CommandContext } from './command.ts';
import { say } from './locale.ts';
import { inScript } from './poem-layout.ts';

/** How many second lines are offered. */
const OFFERED = 3;

/** What stands before the second lines. */
export const NUMERALS = ['①', '②', '③'] as const;

type CoupletAnswer = Extract<Answer, { readonly kind: 'couplet' }>;

/** Throws `Refusal` if the first line cannot be answered. */
export function prepareCouplet(
  spec: CoupletSpec,
  { inference, asker, locale, script: usual }: CommandContext,
): (options: WriteOptions) => Promise<CoupletAnswer> {
  const { plan, faults } = readFirstLine(spec.first, usual);
  const script = spec.script ?? usual;
  return async (options) => {
    const { parallels } = inference.status().checkpoint;
    const order = { plan, mood: spec.mood, seed: spec.seed, line: { answers: OFFERED } };
    const written = await inference.write(order, asker, options);
    const shown = [written.characters, ...written.others].map((each) => showCharacters(each, plan, script));
    const { length } = plan;
    const unknown = plan.slots
      .slice(0, length)
      .flatMap((slot) =>
        slot.kind === 'given' && written.unknownCharacters.includes(slot.text)
          ? [slot.typed ?? slot.text]
          : [],
      );
    return {
      kind: 'couplet',
      spec,
      first: (shown[0] ?? []).slice(0, length).join(''),
      seconds: shown.map((characters) => characters.slice(length + 1, 2 * length + 1).join('')),
      remarks: [
        ...faults.map(({ kind, last }) => say(locale, `couplet-${kind}`, { character: last })),
        ...(unknown.length > 0
          ? [say(locale, 'never-met', { characters: [...new Set(unknown)].join('') })]
          : []),
        ...(parallels ? [] : [say(locale, 'couplet-unmatched')]),
      ],
    };
  };
}

/** The card of a couplet, whose lines are in `script` already. */
export function coupletCard(
  first: string,
  second: string,
  script: Script,
  style: CardStyle = DEFAULT_STYLE,
): Card {
  const lines = [`${first}，`, `${second}。`];
  return { ...style, title: inScript('對聯', script), lines, heads: false, seal: inScript('詩人', script) };
}
