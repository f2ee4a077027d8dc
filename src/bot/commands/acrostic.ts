/** /acrostic: 藏头诗, a poem of as many lines as the asker gave characters, one at the head of each line. */

import { MAX_HEADS, MIN_HEADS } from '../../poetry/compile.ts';
import { defineCommand } from '../command.ts';
import { suggestHeads } from '../examples.ts';
import { LENGTH, WISHES } from '../options.ts';
import { prepareWished, wished } from '../writing.ts';

export const acrostic = defineCommand({
  name: 'acrostic',
  options: {
    heads: {
      kind: 'text',
      required: true,
      minLength: MIN_HEADS,
      maxLength: MAX_HEADS,
      suggest: async (typed, { locale }) => suggestHeads(typed, locale),
    },
    length: LENGTH,
    ...WISHES,
  },
  prepare(values, context) {
    const request = {
      kind: 'acrostic' as const,
      heads: values.heads ?? '',
      length: values.length ?? 7,
      ...wished(values),
    };
    return prepareWished(request, values, context);
  },
});
