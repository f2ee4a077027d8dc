/** /couplet: 對聯, three second lines to choose from for a first line of the user's. */

import { DEFAULT_STYLE } from '../../card/card.ts';
import { MAX_FIRST_LINE, readFirstLine } from '../../poetry/couplet.ts';
import { pictureOf } from '../card-of.ts';
import { defineCommand } from '../command.ts';
import { coupletCard, prepareCouplet } from '../couplet.ts';
import { suggestFirstLines } from '../examples.ts';
import { POEM_OPTIONS } from '../options.ts';

const { mood, script, seed, card, layout, paper } = POEM_OPTIONS;

export const couplet = defineCommand({
  name: 'couplet',
  writes: true,
  options: {
    first: {
      kind: 'text',
      required: true,
      minLength: 1,
      // A line that is too long gets an answer that says what is usual.
      maxLength: 4 * MAX_FIRST_LINE,
      suggest: async (typed, { locale }) => suggestFirstLines(typed, locale),
    },
    ...{ mood, script, seed, card, layout, paper },
  },
  prepare(values, context) {
    const { typed } = readFirstLine(values.first ?? '', context.script);
    const spec = {
      first: typed,
      mood: values.mood ?? 'free',
      seed: values.seed ?? context.drawSeed(),
      script: values.script ?? null,
    };
    const write = prepareCouplet(spec, context);
    const wanted = values.card || values.layout !== undefined || values.paper !== undefined;
    return async (options) => {
      const answer = await write(options);
      if (!wanted) return answer;
      const style = {
        layout: values.layout ?? DEFAULT_STYLE.layout,
        paper: values.paper ?? DEFAULT_STYLE.paper,
      };
      const painted = coupletCard(
        answer.first,
        answer.seconds[0] ?? '',
        spec.script ?? context.script,
        style,
      );
      return { ...answer, picture: await pictureOf(painted, context, values.card ?? false) };
    };
  },
});
