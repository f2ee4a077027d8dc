/** /poem: a poem in a regulated form, with the user's opening, theme, or both. */

import { MAX_OPENING, readOpening, readTitle } from '../../poetry/compile.ts';
import { FORMS } from '../../poetry/form.ts';
import { defineCommand } from '../command.ts';
import { suggestOpenings } from '../examples.ts';
import { FORM, POEM_OPTIONS, TITLE } from '../options.ts';
import { meterAndRhyme, preparePoemFromOptions } from '../prepare-poem.ts';

export const poem = defineCommand({
  name: 'poem',
  writes: true,
  options: {
    opening: {
      kind: 'text',
      minLength: 1,
      // The opening may be typed with marks at its line ends, which do not count.
      maxLength: 2 * MAX_OPENING,
      suggest: async (typed, { locale }) => suggestOpenings(typed, locale),
    },
    form: FORM,
    title: TITLE,
    ...POEM_OPTIONS,
  },
  prepare(values, context) {
    const form = values.form ?? 'qijue';
    const request = {
      kind: 'poem' as const,
      // Without its marks, which have other places in the other forms that a button offers.
      opening: readOpening(values.opening ?? '', FORMS[form].length),
      title: readTitle(values.title ?? ''),
      form,
      ...meterAndRhyme(values),
    };
    return preparePoemFromOptions(request, values, context);
  },
});
