/** /check: the 格律 report of a whole poem that the user gives. */

import { MAX_POEM_TEXT, readPoem } from '../../poetry/read-poem.ts';
import { isSimplifiedOnly, isTraditional } from '../../poetry/script.ts';
import { defineCommand } from '../command.ts';
import { texts } from '../locale.ts';
import { reportLines } from '../meter-report.ts';

export const check = defineCommand({
  name: 'check',
  options: {
    text: { kind: 'text', required: true, takesLine: true, minLength: 1, maxLength: MAX_POEM_TEXT },
  },
  prepare({ text = '' }, { inference, locale, script }) {
    const { characters, typed, plan } = readPoem(text);
    const simplified = [...text].some(isSimplifiedOnly);
    const shown = simplified ? 'simplified' : isTraditional(text) ? 'traditional' : script;
    return async () => {
      const lines = await reportLines({ characters, plan, script: shown, shown: typed }, inference, locale);
      return {
        kind: 'page',
        title: texts(locale).report.title,
        entries: lines.map((line) => ({ text: line })),
      };
    };
  },
});
