/** /poem: a poem that begins with the asker's characters, or on their theme, in a regulated form. */

import { MAX_OPENING, MAX_TITLE } from '../../poetry/compile.ts';
import { defineCommand } from '../command.ts';
import { suggestOpenings } from '../examples.ts';
import { FORM, WISHES } from '../options.ts';
import { prepareWished, wished } from '../writing.ts';

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
    title: { kind: 'text', minLength: 1, maxLength: MAX_TITLE },
    ...WISHES,
  },
  prepare(values, context) {
    const request = {
      kind: 'poem' as const,
      opening: values.opening ?? '',
      title: values.title ?? '',
      form: values.form ?? 'qijue',
      ...wished(values),
    };
    return prepareWished(request, values, context);
  },
});
