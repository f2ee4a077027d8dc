/** The buttons under a poem and under its card. */

import { type APIActionRowComponent, type APIButtonComponent, ButtonStyle, ComponentType } from 'discord.js';
import type { PoemSpec } from '../answer.ts';
import { type Locale, texts } from '../locale.ts';
import { type Action, type ButtonCodec, POEM_ACTIONS } from './button.ts';

/** The row of buttons under every poem. */
export function poemButtons(spec: PoemSpec, asker: string, locale: Locale, codec: ButtonCodec) {
  const labels = texts(locale).buttons;
  const buttons = POEM_ACTIONS.map((action) => ({ action, label: labels[action] }));
  return buttonRow(buttons, spec, asker, codec);
}

/** A row of buttons that hold the poem's spec. */
export function buttonRow(
  buttons: readonly { readonly action: Action; readonly label: string }[],
  spec: PoemSpec,
  asker: string,
  codec: ButtonCodec,
): APIActionRowComponent<APIButtonComponent> {
  return {
    type: ComponentType.ActionRow,
    components: buttons.map(({ action, label }) => ({
      type: ComponentType.Button,
      style: ButtonStyle.Secondary,
      label,
      custom_id: codec.encode({ action, spec, asker }),
    })),
  };
}
