/** /about: what the checkpoint's card says, and the state of the service. */

import type { EngineStatus } from '../../service/inference.ts';
import type { Entry } from '../answer.ts';
import { defineCommand } from '../command.ts';
import { type Locale, say, texts } from '../locale.ts';

export const about = defineCommand({
  name: 'about',
  options: {},
  prepare(_values, { inference, locale }) {
    return async () => {
      const { about: words } = texts(locale);
      const { engine, checkpoint, uptimeMs, poems, engines } = inference.status();
      const { name, cell, layers, hidden, vocabulary, parameters, nll, hanziPerplexity, corpus } = checkpoint;
      const sizes = { layers, hidden, vocabulary, parameters };
      const network = say(locale, 'about-network', { ...sizes, cell: cell.toUpperCase() });
      const heldOut =
        nll === null || hanziPerplexity === null
          ? words.unmeasured
          : say(locale, 'about-held-out', { nll: nll.toFixed(2), perplexity: hanziPerplexity.toFixed(1) });
      return {
        kind: 'page',
        title: words.title,
        entries: [
          { term: words.checkpoint, text: name },
          { term: words.network, text: network },
          { term: words.corpus, text: say(locale, 'about-corpus', { ...corpus }) },
          { term: words.heldOut, text: heldOut },
          engines
            ? {
                term: words.engine,
                text: String(engines.length),
                items: engines.map((one) => lineOf(one, locale)),
              }
            : { term: words.engine, text: say(locale, 'about-engine', { ...engine }) },
          { term: words.uptime, text: duration(uptimeMs, locale) },
          { term: words.poems, text: poems.toLocaleString(locale) },
        ],
      };
    };
  },
});

/** One engine of a fleet. */
function lineOf({ id, engine, checkpoint, running, poems }: EngineStatus, locale: Locale): Entry {
  const numbers = `${running.toLocaleString(locale)} / ${poems.toLocaleString(locale)}`;
  return { term: id, text: [say(locale, 'about-engine', { ...engine }), checkpoint, numbers].join(' · ') };
}

/** `3 d 04:05:06`, or `04:05:06` for less than one day. */
function duration(ms: number, locale: Locale): string {
  const clock = new Date(ms).toISOString().slice(11, 19);
  const days = Math.floor(ms / 86_400_000);
  return days > 0 ? say(locale, 'about-days', { days, clock }) : clock;
}
