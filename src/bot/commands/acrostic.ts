/** /acrostic: 藏头诗, a poem with one line for each character that the user gives. Each line begins with its character. */

import { MAX_HEADS, MIN_HEADS, readHeads, readTitle } from '../../poetry/compile.ts';
import { defineCommand } from '../command.ts';
import { suggestHeads } from '../examples.ts';
import { LENGTH, POEM_OPTIONS, TITLE } from '../options.ts';
import { meterAndRhyme, preparePoemFromOptions } from '../prepare-poem.ts';

export const acrostic = defineCommand({
  name: 'acrostic',
  writes: true,
  options: {
    heads: {
      kind: 'text',
      required: true,
      minLength: MIN_HEADS,
      // The heads may be typed with marks between them, which do not count.
      maxLength: 2 * MAX_HEADS,
      suggest: async (typed, { locale }) => suggestHeads(typed, locale),
    },
    length: LENGTH,
    title: TITLE,
    ...POEM_OPTIONS,
  },
  prepare(values, context) {
    const request = {
      kind: 'acrostic' as const,
      heads: readHeads(values.heads ?? ''),
      title: readTitle(values.title ?? ''),
      length: values.length ?? 7,
      ...meterAndRhyme(values),
    };
    return preparePoemFromOptions(request, values, context);
  },
});
