/** /poem: a poem that begins with the asker's characters, or on their theme, in a regulated form. */

import { defineCommand } from '../command.ts';
import { suggestOpenings } from '../examples.ts';
import { FORM, METER, MOOD, REPORT, RHYME, SCRIPT, SEED } from '../options.ts';
import { rhymeNamed } from '../rhyme-name.ts';
import { prepareVerse } from '../writing.ts';

export const poem = defineCommand({
  name: 'poem',
  options: {
    opening: {
      kind: 'text',
      minLength: 1,
      maxLength: 8,
      suggest: async (typed, { locale }) => suggestOpenings(typed, locale),
    },
    form: FORM,
    title: { kind: 'text', minLength: 1, maxLength: 16 },
    meter: METER,
    rhyme: RHYME,
    mood: MOOD,
    script: SCRIPT,
    seed: SEED,
    report: REPORT,
  },
  prepare(values, context) {
    const request = {
      kind: 'poem' as const,
      opening: values.opening ?? '',
      title: values.title ?? '',
      form: values.form ?? 'qijue',
      meter: values.meter ?? 'strict',
      rhyme: rhymeNamed(values.rhyme ?? 'auto'),
    };
    const seed = values.seed ?? context.drawSeed();
    const ask = { request, mood: values.mood ?? 'free', seed, script: values.script ?? null } as const;
    return prepareVerse(ask, values.report ?? false, context);
  },
});
