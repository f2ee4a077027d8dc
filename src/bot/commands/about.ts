/** /about: the checkpoint's card in words, and how the service is doing. */

import { defineCommand } from '../command.ts';
import { texts } from '../locale.ts';

export const about = defineCommand({
  name: 'about',
  options: {},
  prepare(_values, { inference, locale }) {
    return async () => {
      const { about: words } = texts(locale);
      const { engine, checkpoint, uptimeMs, poems } = inference.status();
      const number = (value: number, digits = 0) =>
        value.toLocaleString(locale, { maximumFractionDigits: digits, minimumFractionDigits: digits });
      const heldOut =
        checkpoint.nll === null || checkpoint.hanziPerplexity === null
          ? words.unmeasured
          : `${number(checkpoint.nll, 2)} nats · ${number(checkpoint.hanziPerplexity, 1)} PPL`;
      return {
        kind: 'page',
        title: words.title,
        entries: [
          { term: words.checkpoint, text: checkpoint.name },
          {
            term: words.network,
            text:
              `${checkpoint.cell.toUpperCase()} ${checkpoint.layers}×${checkpoint.hidden}, ` +
              `${number(checkpoint.vocabulary)}×${checkpoint.embedding}, ${number(checkpoint.parameters)}`,
          },
          { term: words.corpus, text: `${checkpoint.corpus.source}, ${number(checkpoint.corpus.poems)}` },
          { term: words.heldOut, text: heldOut },
          { term: words.engine, text: `${engine.name} ${engine.version}, ${engine.device}` },
          { term: words.uptime, text: duration(uptimeMs) },
          { term: words.poems, text: number(poems) },
        ],
      };
    };
  },
});

/** `3 d 04:05:06`, days only where there are any. */
function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number) => String(value % 60).padStart(2, '0');
  const days = Math.floor(seconds / 86_400);
  const clock = `${String(Math.floor(seconds / 3600) % 24).padStart(2, '0')}:${two(Math.floor(seconds / 60))}:${two(seconds)}`;
  return days > 0 ? `${days} d ${clock}` : clock;
}
