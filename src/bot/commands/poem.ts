/** /poem: a poem in a regulated form, with the user's opening, theme, or both. */

import { MAX_OPENING, readTitle } from '../../poetry/compile.ts';
import { defineCommand } from '../command.ts';
import { suggestOpenings } from '../examples.ts';
import { FORM, POEM_OPTIONS, TITLE } from '../options.ts';
import { meterAndRhyme, preparePoemFromOptions } from '../prepare-poem.ts';

export const poem = defineCommand({
  name: 'poem',
  options: {
    opening: {
      kind: 'text',
      minLength: 1,
      maxLength: MAX_OPENING,
      suggest: async (typed, { locale }) => suggestOpenings(typed, locale),
    },
    form: FORM,
    title: TITLE,
    ...POEM_OPTIONS,
  },
  prepare(values, context) {
    const request = {
      kind: 'poem' as const,
      opening: values.opening ?? '',
      title: readTitle(values.title ?? ''),
      form: values.form ?? 'qijue',
      ...meterAndRhyme(values),
    };
    return preparePoemFromOptions(request, values, context);
  },
});
