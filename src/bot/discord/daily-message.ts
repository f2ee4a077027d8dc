/** Renders the daily poem of a server, and what is said if it may not be posted. */

import type { ShownPoem } from '../answer.ts';
import { NOBODY } from '../daily/daily-poem.ts';
import { type Daily, MAX_REFUSALS } from '../daily/daily-store.ts';
import { dayInWords } from '../daily/day-words.ts';
import { say } from '../locale.ts';
import type { ButtonCodec } from './button.ts';
import type { Body } from './interaction-reply.ts';
import { poemMessage } from './message.ts';

export function dailyMessage(
  poem: ShownPoem,
  { locale, next }: Pick<Daily, 'locale' | 'next'>,
  codec: ButtonCodec,
): Body {
  const content = say(locale, 'daily-header', { date: dayInWords(next.day, locale) });
  return { content, ...poemMessage(poem, NOBODY, locale, codec).body };
}

/** The direct message to whoever has set the poem, after so many days in a row without permission. */
export function refusalMessage({ locale, guild, channel }: Daily, refusals: number): Body {
  const key = refusals >= MAX_REFUSALS ? 'daily-stopped-message' : 'daily-refused-message';
  const address = `https://discord.com/channels/${guild}/${channel}`;
  return { content: say(locale, key, { channel: address, limit: MAX_REFUSALS }) };
}
