/** /acrostic: 藏头诗, a poem of as many lines as the asker gave characters, one at the head of each line. */

import { defineCommand } from '../command.ts';
import { suggestHeads } from '../examples.ts';
import { LENGTH, METER, MOOD, REPORT, RHYME, SCRIPT, SEED } from '../options.ts';
import { rhymeNamed } from '../rhyme-name.ts';
import { prepareVerse } from '../writing.ts';

export const acrostic = defineCommand({
  name: 'acrostic',
  options: {
    heads: {
      kind: 'text',
      required: true,
      minLength: 2,
      maxLength: 16,
      suggest: async (typed, { locale }) => suggestHeads(typed, locale),
    },
    length: LENGTH,
    meter: METER,
    rhyme: RHYME,
    mood: MOOD,
    script: SCRIPT,
    seed: SEED,
    report: REPORT,
  },
  prepare(values, context) {
    const request = {
      kind: 'acrostic' as const,
      heads: values.heads ?? '',
      length: values.length ?? 7,
      meter: values.meter ?? 'strict',
      rhyme: rhymeNamed(values.rhyme ?? 'auto'),
    };
    const seed = values.seed ?? context.drawSeed();
    const ask = { request, mood: values.mood ?? 'free', seed, script: values.script ?? null } as const;
    return prepareVerse(ask, values.report ?? false, context);
  },
});
